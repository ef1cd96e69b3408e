// The console's lists and forms: what stands in the address, whole downloads, questions with numbers, every field of a document.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { DESKTOP, visit } from "../lib.mjs";
import { accessible, eventually, LOST, publish, refused, signIn, silent, surely } from "../steps.mjs";

const POINT = '{ kind = "points", min = "1", max = "1" }';

async function operator(browser, server) {
  const visited = await visit(browser, { viewport: DESKTOP });
  await signIn(visited.page, server);
  return visited;
}

export const lists = {
  async "a new activity is made from a template, and published as it is"({ browser, server }) {
    const { page, complaints } = await operator(browser, server);
    for (const [template, id] of [
      [/^Small/, "fresh.small"],
      [/^Nine-grid/, "fresh.nine"],
      [/^Everything/, "fresh.whole"],
      [/^100301/, "fresh.copy"],
    ]) {
      await page.goto(`${server.url}/console/activities`);
      await page.getByRole("button", { name: "New activity" }).click();
      await page.getByLabel("Activity id").fill("100301");
      await page.getByText("There is an activity of that id").waitFor();
      await page.getByLabel("Activity id").fill(id);
      await page.getByLabel("Begin with").click();
      await page.locator(".ant-select-item-option", { hasText: template }).click();
      await page.getByRole("button", { name: "Start" }).click();
      await page.getByText("No faults").waitFor();
      await page.getByRole("button", { name: "Publish" }).click();
      const question = page.getByRole("dialog");
      await question.getByText(`${id} ·`).waitFor();
      await question.getByRole("button", { name: "Publish" }).click();
      await page.waitForURL(/\/live$/);
      assert.equal((await server.call("GET", `/v1/activities/${id}`)).version, 1);
    }
    silent(complaints);
  },

  async "a draft of what was never published is found again, and published"({ browser, server }) {
    const { page, complaints } = await operator(browser, server);
    await page.getByRole("button", { name: "New activity" }).click();
    await page.getByLabel("Activity id").fill("left.alone");
    await page.getByRole("button", { name: "Start" }).click();
    await page.getByText("No faults").waitFor();
    await page.locator('[data-path="title"] input').fill("Left alone");
    await eventually("it is saved", async () =>
      (await server.call("GET", "/admin/drafts")).items.some(({ title }) => title === "Left alone"),
    );
    // Whoever comes from elsewhere sees it among the activities, and sees the drafts alone.
    const other = await operator(browser, server);
    const row = other.page.getByRole("row", { name: /left\.alone/ });
    await row.getByText("Left alone").waitFor();
    await row.getByText(/ by admin/).waitFor();
    assert.equal(await row.getByRole("button", { name: "Close" }).count(), 0, "there is nothing to close");
    await other.page.locator(".ant-segmented-item", { hasText: /^draft$/ }).click();
    await other.page.waitForURL(/\?state=draft$/);
    await other.page.getByRole("row", { name: /100301/ }).waitFor({ state: "hidden" });
    await accessible(other.page, "the drafts");
    await other.page.getByRole("button", { name: "New activity" }).click();
    await other.page.getByLabel("Activity id").fill("left.alone");
    await other.page.getByText("There is an activity of that id").waitFor();
    await other.page.getByRole("button", { name: "Cancel" }).click();
    await other.page.getByRole("dialog").waitFor({ state: "hidden" });
    await row.getByRole("link", { name: "left.alone" }).click();
    await other.page.getByText("No faults").waitFor();
    assert.equal(await other.page.locator('[data-path="title"] input').inputValue(), "Left alone");
    await other.page.getByRole("button", { name: "Publish" }).click();
    await other.page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await other.page.waitForURL(/\/live$/);
    assert.equal((await server.call("GET", "/v1/activities/left.alone")).title, "Left alone");
    await other.page.goto(`${server.url}/console/activities?state=draft`);
    await other.page.getByText("Nothing here").waitFor();
    // Whoever only looks has not saved it, and can be the second person who publishes it.
    await server.call("PUT", "/admin/activities/looked.at/draft", `# why\n${surely("looked.at", POINT)}`);
    const drafts = async () => (await server.call("GET", "/admin/drafts")).items;
    const [before] = await drafts();
    await other.page.goto(`${server.url}/console/activities/looked.at/edit`);
    await other.page.getByText("It was written as TOML").waitFor();
    await other.page.getByText("No faults").waitFor();
    await other.page.goto(`${server.url}/console/activities`);
    const looked = other.page.getByRole("row", { name: /looked\.at/ });
    await looked.waitFor();
    assert.deepEqual(await drafts(), [before]);
    await looked.getByRole("button", { name: "Discard draft" }).click();
    await other.page.getByRole("dialog").getByText(` by ${before.saved_by}`).waitFor();
    await other.page.getByRole("dialog").getByRole("button", { name: "Discard" }).click();
    await looked.waitFor({ state: "hidden" });
    assert.deepEqual(await drafts(), []);
    silent([...complaints, ...other.complaints]);
  },

  async "every part of a document has a form, beside which the text keeps its comments"({ browser, server }) {
    await publish(server, "forms", surely("forms", POINT));
    const { page, complaints } = await operator(browser, server);
    await page.goto(`${server.url}/console/activities/forms/edit`);
    const text = page.getByLabel("Document as text");
    const field = (path) => page.locator(`[data-path="${path}"]`);
    await text.waitFor();
    await text.fill(`// agreed with Ann\n${await text.inputValue()}`);
    for (const name of ["Add rebate", "Add streak", "Add stage", "Add black list", "Add tier"]) {
      await page.getByRole("button", { name }).click();
    }
    await field("rebates[0].points").locator("input").fill("a lot");
    await field("rebates[0].points").locator(".field-fault").waitFor();
    await field("rebates[0].points").locator("input").fill("2.50");
    await field("rebates[0].streaks[0].at").locator("input").fill("30");
    await field("stages[0].source").locator("input").fill("no spaces here");
    await field("stages[0].source").locator(".field-fault").waitFor();
    await field("stages[0].source").locator("input").fill("home");
    await field("blacklist.users").locator("input").fill("mallory,eve ");
    await field("limits.day").locator("input").fill("3");
    await field("awards[0].dispatch_after_seconds").locator("input").fill("999999999");
    await field("awards[0].dispatch_after_seconds").locator(".field-fault").waitFor();
    await field("awards[0].dispatch_after_seconds").locator("input").fill("60");
    await field("points_expire_after_days").locator("input").fill("90");
    await page.getByText("No faults").waitFor();
    await accessible(page, "the whole form");
    const written = await text.inputValue();
    assert.ok(written.startsWith("// agreed with Ann\n"), "the comment stays");
    const document = JSON.parse(written.replace(/^\/\/.*\n/, ""));
    assert.deepEqual(document.limits, { day: 3 });
    assert.equal(document.awards[0].dispatch_after_seconds, 60);
    assert.deepEqual(document.blacklist, { award: "none", users: ["mallory", "eve"] });
    assert.deepEqual(document.rebates, [
      { behaviour: "sign_in", daily: true, points: "2.50", streaks: [{ at: 30, repeat: true, points: "1.00" }] },
    ]);
    assert.deepEqual(document.stages, [{ channel: "app", source: "home" }]);
    // The other way: what is typed in the text stands in the form, and what no form knows is told at its place.
    await text.fill(written.replace('"behaviour": "sign_in"', '"behaviour": "visit"'));
    await page.waitForFunction(
      () => document.querySelector('[data-path="rebates[0].behaviour"] input').value === "visit",
    );
    await text.fill(written.replace('"behaviour": "sign_in"', '"behaviour": "sign_in", "shade": 1'));
    await page
      .getByText(/unknown field/)
      .first()
      .waitFor();
    await field("title").locator("input").fill("Forms");
    await eventually("the unknown key stays", async () => (await text.inputValue()).includes('"shade": 1'));
    await text.fill(written);
    await page.getByText("No faults").waitFor();
    await page.reload();
    await page.getByText("No faults").waitFor();
    assert.ok((await text.inputValue()).startsWith("// agreed with Ann\n"), "over a reload too");
    const other = await operator(browser, server);
    const begins = async (what) => {
      await other.page.goto(`${server.url}/console/activities/forms/edit`);
      const seen = other.page.getByLabel("Document as text");
      await seen.waitFor();
      assert.ok((await seen.inputValue()).startsWith("// agreed with Ann\n"), what);
    };
    await begins("for a colleague too");
    await other.page.getByRole("button", { name: "Publish" }).click();
    await other.page.getByRole("dialog").getByRole("button", { name: "Publish" }).click();
    await other.page.waitForURL(/\/live$/);
    await begins("after it is published");
    await other.page.goto(`${server.url}/console/activities/forms/versions`);
    await other.page.locator(".ant-table-row-expand-icon").first().click();
    await other.page.getByText("// agreed with Ann").waitFor();
    silent([...complaints, ...other.complaints], refused(422, "/forms/draft"));
  },

  async "filters and sorting stand in the address, and back takes them back"({ browser, server }) {
    const { page, complaints } = await operator(browser, server);
    await page.goto(`${server.url}/console/operations/outbox`);
    const chosen = () => page.locator(".ant-segmented-item-selected", { hasText: /^(All|done|dead)$/ }).innerText();
    await page.locator(".ant-segmented-item", { hasText: /^done$/ }).click();
    await page.waitForURL(/\?state=done$/);
    await page.locator("th", { hasText: "Attempts" }).click();
    await page.waitForURL(/sort=attempts/);
    await page.goBack();
    await page.goBack();
    assert.equal(await chosen(), "All");
    await page.goForward();
    assert.equal(await chosen(), "done");
    const asked = page.waitForRequest(/\/admin\/outbox\?.*state=dead/);
    await page.goto(`${server.url}/console/operations/outbox?state=dead&q=nothing-has-this`);
    await asked;
    await page.getByText("Nothing that was loaded has “nothing-has-this”").waitFor();
    await page.goto(`${server.url}/console/operations/jobs`);
    const fires = page.waitForRequest(/\/admin\/cron\?.*job=prune/);
    await page.getByRole("link", { name: "prune", exact: true }).click();
    await fires;
    await page.waitForURL(/operations\/fires\?job=prune/);
    const runs = page.waitForRequest(/\/admin\/workflows\?.*kind=settle_day.*state=done|state=done.*kind=settle_day/);
    await page.goto(`${server.url}/console/operations/workflows?state=done&kind=settle_day`);
    await runs;
    silent(complaints);
  },

  async "a list that cannot be read says why, and is read again"({ browser, server }) {
    const { page, complaints } = await operator(browser, server);
    await page.route("**/admin/audit?*", (route) => route.abort("connectionreset"));
    await page.goto(`${server.url}/console/audit`);
    await page.getByText("That did not work").waitFor();
    assert.equal(await page.getByText("Nothing here").count(), 0, "it is not said to be empty");
    await page.unroute("**/admin/audit?*");
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByText("campaign.publish").first().waitFor();
    silent(complaints, LOST);
  },

  async "a download has every row, whatever is loaded, and can be stopped"({ browser, server }) {
    await publish(server, "long", surely("long", POINT));
    for (let user = 0; user < 130; user += 1) {
      const reason = user === 7 ? "=1+1" : "seventeen accounts, one device";
      await server.call("PUT", `/admin/activities/long/lists/grey/user${user}`, { reason });
    }
    const { page, complaints } = await operator(browser, server);
    await page.goto(`${server.url}/console/activities/long/lists?list=grey`);
    await page.getByText("50 rows are loaded, and there are more").waitFor();
    await accessible(page, "the grey list");
    const downloaded = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download CSV" }).click();
    const file = readFileSync(await (await downloaded).path(), "utf8");
    assert.equal(file.trim().split("\r\n").length, 131);
    assert.match(file, /user7,'=1\+1,/);
    assert.match(file, /"seventeen accounts, one device"/);
    // The second part never comes: the first is counted, and the rest is not waited for.
    await page.route(/lists\/grey\?.*cursor=/, () => undefined);
    await page.getByRole("button", { name: "Download CSV" }).click();
    await page.getByText("100 rows so far").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    silent(complaints);
  },

  async "what cannot be undone is asked for, with numbers"({ browser, server }) {
    await publish(server, "ending", surely("ending", '{ kind = "goods" }'));
    await server.call("POST", "/v1/activities/ending/recharges", { user_id: "kay", sku: "ten" }, "grant");
    await server.call("POST", "/v1/activities/ending/draws", { user_id: "kay", count: 2 }, "two");
    const { page, complaints } = await operator(browser, server);
    const row = page.getByRole("row", { name: /ending/ });
    const question = page.getByRole("dialog");
    await row.getByRole("button", { name: "Close" }).click();
    await question.getByText("Draws that users have left: 8; users: 1").waitFor();
    await question.getByText(/Awards not delivered yet: [02]/).waitFor();
    await question.getByRole("button", { name: "Back" }).click();
    await question.waitFor({ state: "hidden" });
    assert.equal((await server.call("GET", "/v1/activities/ending")).state, "open");
    await page.goto(`${server.url}/console/activities/ending/lists`);
    await page.getByText("Nobody is on this list").waitFor();
    await page.getByRole("button", { name: "Put a user on it" }).click();
    await question.getByLabel("User id").fill("mallory");
    await question.getByLabel("Reason").fill("bots");
    await question.getByRole("button", { name: "Put a user on it" }).click();
    await page
      .getByRole("row", { name: /mallory/ })
      .getByRole("button", { name: "Take off" })
      .click();
    await question.getByText("ending: Black list").waitFor();
    await question.getByText("Reason: bots").waitFor();
    await question.getByRole("button", { name: "Take off" }).click();
    await page.getByText("Nobody is on this list").waitFor();
    await page.goto(`${server.url}/console/operators`);
    await page.getByRole("row", { name: /admin/ }).first().getByRole("button", { name: "Disable" }).click();
    await question.getByText(/since 20/).waitFor();
    await question.getByRole("button", { name: "Back" }).click();
    silent(complaints);
  },

  async "settled days are listed with their sums, and checked again"({ browser, server }) {
    await publish(server, "days", surely("days", POINT));
    await server.call("POST", "/v1/activities/days/recharges", { user_id: "kay", sku: "ten" }, "grant");
    await server.call("POST", "/v1/activities/days/draws", { user_id: "kay", count: 3 }, "three");
    await server.call("POST", "/admin/activities/days/close");
    await eventually(
      "it is settled",
      async () => (await server.call("GET", "/v1/activities/days")).state === "settled",
    );
    const { page, complaints } = await operator(browser, server);
    await page.goto(`${server.url}/console/activities/days/settlements`);
    const row = page.getByRole("row", { name: /balanced/ }).first();
    await row.getByRole("button", { name: "Check" }).click();
    await page.getByRole("dialog").getByText("3 draws are decided again").waitFor();
    await page.getByRole("dialog").getByRole("button", { name: "Check" }).click();
    await page.getByText("Done").waitFor();
    await row.locator(".ant-table-row-expand-icon").click();
    await page.getByText("points_awarded").waitFor();
    await accessible(page, "the settled days");
    silent(complaints);
  },
};
