// Checks of what operators watch: processes, users, how fast an activity goes, and their own session.
import assert from "node:assert/strict";

import { DESKTOP, visit } from "../lib.mjs";
import { accessible, eventually, publish, signIn, silent, surely } from "../steps.mjs";

/** Lets the page think that somebody comes back to it. */
const comeBack = (page) => page.evaluate(() => document.dispatchEvent(new window.Event("visibilitychange")));

export const watching = {
  async "processes that live are seen, with their versions"({ browser, server, half }) {
    const { page, complaints } = await visit(browser, { viewport: DESKTOP });
    await signIn(page, server);
    await page.getByRole("link", { name: "Work" }).click();
    await page.getByRole("tab", { name: "Processes" }).click();
    const roles = half === "embedded" ? ["embedded"] : ["server", "worker"];
    for (const role of roles)
      await page
        .getByRole("row", { name: new RegExp(`^alive ${role} `) })
        .first()
        .waitFor();
    assert.equal(await page.getByRole("row", { name: /^gone/ }).count(), 0);
    assert.equal(await page.getByText("Processes of several versions live").count(), 0);
    await accessible(page, "the processes");
    silent(complaints);
  },

  async "a user is found by the beginning of an id, and an id that nobody has is no error"({ browser, server }) {
    await publish(server, "found", surely("found", '{ kind = "nothing" }'));
    for (const user of ["olga", "olga-2", "oliver"])
      await server.call("POST", "/v1/activities/found/recharges", { user_id: user, sku: "ten" }, "grant");
    const { page, complaints } = await visit(browser, { viewport: DESKTOP });
    await signIn(page, server);
    await page.getByRole("link", { name: "Users" }).click();
    const field = page.getByLabel("User id");
    const options = page.locator(".found a");
    const asked = [];
    page.on("request", (request) => request.url().includes("/admin/users?") && asked.push(request.url()));
    await field.pressSequentially("olg", { delay: 20 });
    await eventually("two are found", async () => (await options.count()) === 2);
    assert.ok(asked.length <= 2, `what is typed fast is asked once: ${asked.join(" ")}`);
    await accessible(page, "finding users");
    await options.filter({ hasText: "olga-2" }).click();
    await page.getByText("Granted 10 draws").waitFor();
    assert.ok(page.url().endsWith("/console/users/olga-2"));
    await field.fill("oliver");
    await field.press("Enter");
    await eventually("the whole id goes there", () => page.url().endsWith("/console/users/oliver"));
    await page.getByText("Granted 10 draws").waitFor();
    await field.fill("ol_");
    await page.getByText("Nobody's id starts so").waitFor();
    silent(complaints);
  },

  async "the live view tells how fast all servers together draw"({ browser, server }) {
    await publish(server, "fast", surely("fast", '{ kind = "nothing" }'));
    await server.call("POST", "/v1/activities/fast/recharges", { user_id: "una", sku: "ten" }, "grant");
    const { page, complaints } = await visit(browser, { viewport: DESKTOP });
    await signIn(page, server);
    await page.goto(`${server.url}/console/activities/fast/live`);
    const rate = page.getByRole("img", { name: /^Draws a second: / });
    await rate.waitFor();
    assert.equal(await rate.getAttribute("aria-label"), "Draws a second: 0.0");
    await server.call("POST", "/v1/activities/fast/draws", { user_id: "una", count: 10 }, "ten at once");
    await page.getByRole("img", { name: "Draws a second: 1.0" }).waitFor();
    silent(complaints);
  },

  async "who comes back after the session ended signs in again, and nothing was refused"({ browser, server }) {
    const { page, context, complaints } = await visit(browser, { viewport: DESKTOP });
    await signIn(page, server);
    await page.reload();
    await page.getByRole("heading", { name: "Activities" }).waitFor();
    await context.clearCookies();
    await comeBack(page);
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await page.reload();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    silent(complaints);
  },

  async "a new activity is begun, left and found again as it was"({ browser, server }) {
    const { page, complaints } = await visit(browser, { viewport: DESKTOP });
    await signIn(page, server);
    await page.getByRole("button", { name: "New activity" }).click();
    await page.getByLabel("Activity id").fill("begun");
    await page.getByRole("button", { name: "Start" }).click();
    const title = page.locator('[data-path="title"] input');
    await title.fill("Begun");
    await eventually(
      "the draft is saved",
      async () => (await server.call("GET", "/admin/activities/begun/documents")).draft?.document.title === "Begun",
    );
    await page.reload();
    await title.waitFor();
    assert.equal(await title.inputValue(), "Begun");
    silent(complaints);
  },
};
