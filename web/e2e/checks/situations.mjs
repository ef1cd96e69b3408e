// The draw page in every situation: slow and busy servers, sessions that end, activities that are not open, boards of any size.
import assert from "node:assert/strict";

import { visit } from "../lib.mjs";
import {
  boardOf,
  linkFor,
  openDrawPage,
  overflowOf,
  problem,
  publish,
  refused,
  SHIFT_MAX,
  shiftOf,
  silent,
  surely,
  watchShifts,
} from "../steps.mjs";

const NARROW = { width: 320, height: 640 };
const POINT = '{ kind = "points", min = "1", max = "1" }';
const who = (page) => page.locator(".who").innerText();

/** Publishes an activity that somebody has ten draws in. */
async function withDraws(server, user, activity, document) {
  await publish(server, activity, document);
  await server.call("POST", `/v1/activities/${activity}/recharges`, { user_id: user, sku: "ten" }, "grant");
}

export const situations = {
  async "a slow answer is waited for, while the board turns"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    await page.route("**/draws", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      const answer = await route.fetch();
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      return route.fulfill({ response: answer });
    });
    await openDrawPage(page, server);
    await page.getByRole("button", { name: "Draw once" }).click();
    const turned = () => page.locator(".wheel-disc").evaluate((disc) => disc.style.transform);
    await page.locator(".status", { hasText: "Drawing" }).waitFor();
    const seen = new Set();
    for (let look = 0; look < 8; look += 1) {
      seen.add(await turned());
      await page.waitForTimeout(1000);
    }
    assert.ok(seen.size >= 7, "it turns all the while");
    assert.ok(await page.locator(".hub").isDisabled(), "nobody can press again");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("9 draws left").waitFor();
    silent(complaints);
  },

  async "a busy server is asked again with the same key, as late as it wants"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    const asked = [];
    await page.route("**/draws", (route) => {
      if (route.request().method() !== "POST") return route.continue();
      asked.push({ key: route.request().headers()["idempotency-key"], at: Date.now() });
      return asked.length < 3 ? route.fulfill(problem(503, "try_again", { "Retry-After": "2" })) : route.continue();
    });
    await openDrawPage(page, server);
    await page.getByRole("button", { name: "Draw once" }).click();
    await page.getByRole("dialog").waitFor();
    assert.equal(new Set(asked.map(({ key }) => key)).size, 1);
    assert.ok(asked[1].at - asked[0].at >= 1900 && asked[2].at - asked[1].at >= 1900, "it waits two seconds");
    silent(complaints, refused(503, "/draws"));
  },

  async "a session that is about to end is renewed by itself, and the guest stays the same"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    await page.addInitScript(() => {
      const real = Date.now.bind(Date);
      window.hoursLater = 0;
      Date.now = () => real() + window.hoursLater * 3_600_000;
    });
    const bearers = [];
    page.on("request", (request) => {
      if (request.url().endsWith("/demo/guest")) bearers.push(request.headers().authorization);
    });
    await openDrawPage(page, server);
    const guest = await who(page);
    await page.evaluate(() => (window.hoursLater = 13));
    await page.getByRole("button", { name: "Draw once" }).click();
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("9 draws left").waitFor();
    assert.equal(await who(page), guest);
    assert.equal(bearers.length, 2, "one for the guest, one for the renewal");
    assert.match(bearers[1], /^Bearer /);
    silent(complaints);
  },

  async "a session that has ended in mid-use is followed by a new one"({ browser, server }) {
    const { page } = await visit(browser);
    let ended = false;
    await page.route("**/draws", (route) => {
      if (route.request().method() !== "POST" || ended) return route.continue();
      ended = true;
      return route.fulfill(problem(401, "unauthenticated"));
    });
    await openDrawPage(page, server);
    const guest = await who(page);
    await page.getByRole("button", { name: "Draw once" }).click();
    await page.waitForFunction((before) => (document.querySelector(".who")?.innerText ?? before) !== before, guest);
    await page.getByText("10 draws left").waitFor();
    await page.getByRole("button", { name: "Draw once" }).click();
    await page.getByRole("dialog").waitFor();
  },

  async "an activity that has not begun, takes a break or is over says so"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    const later = surely("later", POINT).replace('opens_at = "2026-01-01', 'opens_at = "2034-01-01');
    await publish(server, "later", later);
    await openDrawPage(page, server, await linkFor(server, "ann", "later"));
    await page.getByText(/It begins on 1 Jan 2034/).waitFor();
    assert.ok(await page.getByRole("button", { name: "Draw once" }).isDisabled());
    await withDraws(server, "ann", "resting", surely("resting", POINT));
    await server.call("POST", "/admin/activities/resting/pause");
    await openDrawPage(page, server, await linkFor(server, "ann", "resting"));
    await page.getByText("The activity is taking a break.").waitFor();
    await withDraws(server, "ann", "gone", surely("gone", POINT));
    await server.call("POST", "/admin/activities/gone/close");
    await openDrawPage(page, server, await linkFor(server, "ann", "gone"));
    await page.getByText("The activity is over. Your prizes stay yours.").waitFor();
    assert.ok(await page.getByRole("button", { name: "Draw once" }).isDisabled());
    silent(complaints);
  },

  async "points that are spent elsewhere cannot be exchanged, and the page says so"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    await server.call("POST", "/v1/users/poor/points/earn", { amount: "20" }, "earned");
    await openDrawPage(page, server, await linkFor(server, "poor", "100301"));
    await page.getByRole("tab", { name: "Points" }).click();
    await page.getByRole("button", { name: "Exchange: 5 draws" }).click();
    await server.call("POST", "/v1/users/poor/points/spend", { amount: "15" }, "spent");
    await page.getByRole("dialog").getByRole("button", { name: "Exchange" }).click();
    await page.getByText("You have too few points.").waitFor();
    await page.locator(".amount", { hasText: "5.00" }).waitFor();
    assert.ok(await page.getByRole("button", { name: "Exchange: 5 draws" }).isDisabled());
    await page.getByText("No draws left").waitFor();
    silent(complaints, refused(409, "/redemptions"));
  },

  async "boards of 2 to 13 awards land on the prize, fit the narrowest phone, and shift nothing"({ browser, server }) {
    for (const count of [2, 3, 8, 9, 13]) {
      const activity = `b${count}`;
      await withDraws(server, "ann", activity, boardOf(activity, count));
      const { page, context, complaints } = await visit(browser, { viewport: NARROW, reducedMotion: "reduce" });
      await watchShifts(page);
      await openDrawPage(page, server, await linkFor(server, "ann", activity));
      for (const kind of ["Wheel", "Grid"]) {
        await page.getByRole("button", { name: kind }).click();
        await page.getByRole("button", { name: "Draw once" }).click();
        await page.getByRole("dialog").waitFor();
        await page.keyboard.press("Escape");
        if (kind === "Grid") assert.match(await page.locator(".cell.lit").innerText(), /^奖品 1$/);
        else assert.equal(await page.locator(".wheel-disc > *").count(), count);
        for (const tab of ["Today", "My prizes", "Points", "Rules"]) {
          await page.getByRole("tab", { name: tab }).click();
          assert.equal(await overflowOf(page), 0, `${tab} beside ${kind} of ${count}`);
        }
      }
      const shift = await shiftOf(page);
      assert.ok(shift < SHIFT_MAX, `the layout shifts by ${shift}`);
      silent(complaints);
      await context.close();
    }
  },

  async "the language is chosen by the browser, switched by the user, and kept"({ browser, server }) {
    const { page, complaints } = await visit(browser, { locale: "zh-CN" });
    await openDrawPage(page, server);
    await page.getByText("剩余 10 次").waitFor();
    await page.getByRole("button", { name: "EN" }).click();
    await page.getByText("10 draws left").waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.lang), "en");
    await page.reload();
    await page.getByText("10 draws left").waitFor();
    await page.getByRole("button", { name: "中文" }).click();
    await page.getByText("剩余 10 次").waitFor();
    silent(complaints);
  },

  async "a streak is seen over the end of a month"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    await page.route("**/behaviours?*", async (route) => {
      const answer = await route.fetch();
      const calendar = { ...(await answer.json()), month: "2027-03", today: "2027-03-01", streak: 4, done_today: true };
      await route.fulfill({ response: answer, json: calendar });
    });
    await openDrawPage(page, server);
    await page.getByText("4 days in a row").waitFor();
    // The first of March 2027 is a Monday.
    assert.deepEqual(await page.locator(".day.done.before > span:first-child").allInnerTexts(), ["26", "27", "28"]);
    assert.match(await page.locator(".day.done.now").innerText(), /^1\s+signed in$/);
    silent(complaints);
  },
};
