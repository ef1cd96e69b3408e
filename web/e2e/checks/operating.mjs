// Operators: editing, watching, dead letters, books, keys, roles.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { DESKTOP, visit } from "../lib.mjs";
import { accessible, eventually, publish, refused, signIn, silent, surely } from "../steps.mjs";

export const operating = {
  async "an operator edits, sees the fault at the field, publishes and watches"({ browser, server }) {
    const { page, complaints } = await visit(browser, { viewport: DESKTOP });
    await signIn(page, server);
    await accessible(page, "the activities");
    await page.goto(`${server.url}/console/activities/100301/edit`);
    const weight = page.locator('[data-path="awards[0].weight"] input');
    await weight.fill("none");
    await page.locator('[data-path="awards[0].weight"] .field-fault').waitFor();
    await weight.fill("0.78");
    await page.getByText("the weights sum to 0.99").first().waitFor();
    assert.ok(await page.getByRole("button", { name: "Publish" }).isDisabled());
    await weight.fill("0.79");
    await page.locator('[data-path="title"] input').fill("Spring fair");
    await page.getByText("No faults").waitFor();
    await accessible(page, "the editor");
    await page.getByRole("tab", { name: "Odds" }).click();
    await page.getByText("79%").waitFor();
    await page.getByRole("tab", { name: /Differences/ }).click();
    await page.locator(".diff ins", { hasText: "Spring fair" }).waitFor();
    await page.getByRole("button", { name: "Publish" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await page.getByRole("heading", { name: /Spring fair/ }).waitFor();
    assert.equal((await server.call("GET", "/v1/activities/100301")).version, 2);
    await page.getByText("Win rate and declared odds").waitFor();
    await accessible(page, "the live view");
    silent(complaints);
  },

  async "a dead letter is seen with its cause and redriven until it is delivered"({ browser, server, partner }) {
    partner.status = 410;
    await publish(server, "calls", surely("calls", '{ kind = "webhook", endpoint = "partner", payload = {} }'));
    await server.call("POST", "/v1/activities/calls/recharges", { user_id: "kim", sku: "ten" }, "grant");
    await server.call("POST", "/v1/activities/calls/draws", { user_id: "kim" }, "one");
    await eventually(
      "a dead letter",
      async () => (await server.call("GET", "/admin/outbox?state=dead")).items.length === 1,
    );
    const { page, complaints } = await visit(browser, { viewport: DESKTOP });
    await signIn(page, server);
    await page.getByRole("link", { name: "Work" }).click();
    await page.locator(".ant-segmented-item", { hasText: "dead" }).click();
    await page.getByText(/410/).first().waitFor();
    await accessible(page, "the outbox");
    partner.status = 200;
    await page.locator("tbody .ant-checkbox-input").first().check();
    await page.getByRole("button", { name: "Redrive", exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Redrive" }).click();
    await page.getByText("1 of 1 done").waitFor();
    await eventually(
      "it is delivered",
      async () => (await server.call("GET", "/v1/users/kim/awards")).items[0].state === "delivered",
    );
    await page.goto(`${server.url}/console/users/kim`);
    await page.getByText("Draw won A prize").waitFor();
    await page.locator(".ant-collapse-header").first().click();
    await page.getByText(/attempt .*: delivered/).waitFor();
    await accessible(page, "the timeline");
    // Of one kind, of some days, and all of it as a file.
    await page.locator(".ant-segmented-item", { hasText: /^recharge$/ }).click();
    await page.waitForURL(/\?kind=recharge$/);
    await page.getByText("Draw won A prize").waitFor({ state: "hidden" });
    await page.getByText("Granted 10 draws").waitFor();
    const downloaded = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download CSV" }).click();
    const lines = readFileSync(await (await downloaded).path(), "utf8")
      .trim()
      .split("\r\n");
    assert.match(lines[0], /Time,Kind,Id,Activity id,What,Key,State,Points,Draws$/);
    assert.deepEqual(
      lines.slice(1).map((line) => line.split(",")[1]),
      ["recharge"],
    );
    await page.getByLabel("From").fill("2030-01-01");
    await page.waitForURL(/kind=recharge&from=2030-01-01$/);
    await page.getByText("Nothing here").waitFor();
    await page.getByLabel("From").fill("");
    await page.getByText("Granted 10 draws").waitFor();
    await page.goto(`${server.url}/console/users/kim?kind=draw&to=2030-01-01`);
    await page.getByText("Draw won A prize").waitFor();
    assert.equal(await page.getByText("Granted 10 draws").count(), 0);
    silent(complaints);
  },

  async "books are checked, keys made once and revoked, changes recorded, jobs paused"({ browser, server }) {
    const { page, complaints } = await visit(browser, { viewport: DESKTOP });
    await signIn(page, server);
    await page.getByRole("link", { name: "Reconciliation" }).click();
    await page.getByRole("button", { name: "Check the books" }).click();
    await page.getByText("Every invariant holds").waitFor();
    await accessible(page, "reconciliation");
    await page.getByRole("link", { name: "API keys" }).click();
    await page.getByRole("button", { name: "New key" }).click();
    await page.getByRole("dialog").getByLabel("Name").fill("shop server");
    await page.getByLabel("draws:write").check();
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByText("The secret is shown this once").waitFor();
    const secret = (await page.locator(".secret").innerText()).trim();
    const asked = () => fetch(`${server.url}/admin/jobs`, { headers: { Authorization: `Bearer ${secret}` } });
    assert.equal((await asked()).status, 403, "the key is known, and lacks the scope");
    await page.keyboard.press("Escape");
    const row = page.getByRole("row", { name: /shop server/ });
    await row.getByRole("button", { name: "Revoke" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await eventually("the key is revoked", async () => (await asked()).status === 401);
    await page.goto(`${server.url}/console/operations/jobs`);
    await page
      .getByRole("row", { name: /^prune/ })
      .getByRole("button", { name: "Pause" })
      .click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await page
      .getByRole("row", { name: /^prune/ })
      .getByRole("button", { name: "Resume" })
      .click();
    await page
      .getByRole("row", { name: /^prune/ })
      .getByRole("button", { name: "Run now" })
      .click();
    await page.getByRole("dialog").getByRole("button", { name: "Run now" }).click();
    await eventually("the job ran", async () =>
      (await server.call("GET", "/admin/cron?job=prune")).items.some(
        ({ requested_by, state }) => requested_by && state === "done",
      ),
    );
    await page.getByRole("link", { name: "Audit log" }).click();
    await page.getByText("job.pause").first().waitFor();
    await accessible(page, "the audit log");
    silent(complaints);
  },

  async "roles show what they may do, and a wrong password says so"({ browser, server }) {
    await server.call("POST", "/admin/operators", { name: "vera", role: "viewer", password: "a long enough password" });
    const { page, complaints } = await visit(browser, { viewport: DESKTOP });
    await page.goto(`${server.url}/console`);
    await page.getByLabel("Name").fill("vera");
    await page.getByLabel("Password", { exact: true }).fill("not her password");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("The name or the password is wrong.").waitFor();
    await accessible(page, "signing in");
    await signIn(page, server, "vera", "a long enough password");
    assert.equal(await page.getByRole("button", { name: "New activity" }).count(), 0);
    assert.equal(await page.getByRole("link", { name: "API keys" }).count(), 0);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    silent(complaints, refused(401, "/admin/session"));
  },
};
