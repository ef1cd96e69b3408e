// The checks of both pages, in a real browser against a real server. Each is a fact about what a user or an operator can do.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

import { DESKTOP, KEY, PHONE, visit } from "./lib.mjs";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
/** Initial JavaScript of the draw page, compressed. */
const SCRIPT_BYTES_MAX = 200 * 1024;

/** What the browser says where a check takes the network away, or wants a refusal. */
const LOST = /Failed to load resource: net::ERR_(CONNECTION_RESET|INTERNET_DISCONNECTED) \S+\/draws$/;
const refused = (status, path) => new RegExp(`Failed to load resource: .* status of ${status} .*${path}$`);

/** Nothing in the browser's console but what the check itself brought about. */
export function silent(complaints, ...wanted) {
  assert.deepEqual(
    complaints.filter((complaint) => !wanted.some((pattern) => pattern.test(complaint))),
    [],
  );
}

/** Nothing serious that axe can find. It is run from outside the page, whose policy takes no foreign scripts. */
export async function accessible(page, what) {
  // Things that are fading in have no contrast yet.
  await page.evaluate(() =>
    Promise.all(
      document
        .getAnimations()
        .filter(({ effect }) => effect.getTiming().iterations !== Infinity)
        .map(({ finished }) => finished.catch(() => undefined)),
    ),
  );
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  const told = serious.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`).join("; ")}`,
  );
  assert.deepEqual(told, [], `axe on ${what}`);
}

export async function openDrawPage(page, server, query = "?activity=100301") {
  await page.goto(`${server.url}/${query}`);
  await page.locator(".hub").waitFor();
}

/** A document with one award that everybody wins, and a kind word behind it. */
export function surely(activity, prize, stock = 100) {
  return `activity = "${activity}"
title = "${activity}"
opens_at = "2026-01-01T00:00:00+08:00"
closes_at = "2035-12-01T00:00:00+08:00"
time_zone = "Asia/Shanghai"
[limits]
[[awards]]
id = "prize"
title = "A prize"
weight = "1"
stock = ${stock}
fallback = "none"
prize = ${prize}
[[awards]]
id = "none"
title = "Thank you"
weight = "0"
prize = { kind = "nothing" }
[[skus]]
id = "ten"
draws = 10
price = "20.00"
`;
}

export async function publish(server, activity, document) {
  await server.call("PUT", `/admin/activities/${activity}/draft`, document);
  await server.call("POST", `/admin/activities/${activity}/publish`);
}

/** The link that a business's server would send its user to. */
export async function linkFor(server, user, activity) {
  const { token } = await server.call("POST", "/v1/user-tokens", { user_id: user, activity_id: activity });
  return `?activity=${activity}#token=${token}`;
}

export async function signIn(page, server, name = "admin", password = server.password) {
  await page.goto(`${server.url}/console`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password", { exact: true }).fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Activities" }).waitFor();
}

export async function eventually(what, wanted) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await wanted()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never: ${what}`);
}

export const checks = {
  async "a guest draws, and the proof is computed in the page"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    const foreign = [];
    const scripts = [];
    page.on("request", (request) => request.url().startsWith(server.url) || foreign.push(request.url()));
    page.on("response", async (response) => {
      if (response.url().endsWith(".js")) scripts.push(response.body().then((body) => gzipSync(body).length));
    });
    await openDrawPage(page, server);
    const bytes = (await Promise.all(scripts)).reduce((sum, size) => sum + size, 0);
    assert.ok(bytes > 0 && bytes <= SCRIPT_BYTES_MAX, `${bytes} bytes of scripts`);
    await page.getByText("10 draws left").waitFor();
    await page.getByRole("button", { name: "Draw once" }).click();
    const result = page.getByRole("dialog");
    await result.waitFor();
    await accessible(page, "the result");
    await result.getByRole("button", { name: "Check this draw" }).click();
    await page.getByText("So far everything fits.").waitFor();
    assert.equal(await page.locator(".step.broken").count(), 0);
    await accessible(page, "the proof");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.getByText("9 draws left").waitFor();
    assert.deepEqual(foreign, []);
    silent(complaints);
  },

  async "a proof holds once the seed is revealed, and not if it was tampered with"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    await publish(server, "short", surely("short", '{ kind = "points", min = "1", max = "9" }'));
    await server.call("POST", "/v1/activities/short/recharges", { user_id: "eve", sku: "ten" }, "grant");
    await openDrawPage(page, server, await linkFor(server, "eve", "short"));
    assert.ok(!page.url().includes("token"), "the token leaves the address");
    await page.getByRole("button", { name: "Draw once" }).click();
    await page.getByRole("button", { name: "Great" }).click();
    await server.call("POST", "/admin/activities/short/close");
    await eventually(
      "the activity is settled",
      async () => (await server.call("GET", "/v1/activities/short")).state === "settled",
    );
    await page.getByRole("tab", { name: "Rules" }).click();
    await page.getByRole("button", { name: "Proof: A prize" }).click();
    await page.getByText("Proven. The published seed").waitFor();
    assert.equal(await page.locator(".step.holds").count(), 5);
    await page.keyboard.press("Escape");
    await page.route("**/receipt", async (route) => {
      const answer = await route.fetch();
      const receipt = await answer.json();
      await route.fulfill({
        response: answer,
        json: { ...receipt, used_before: receipt.used_before, award_id: "none" },
      });
    });
    await page.getByRole("button", { name: "Proof: A prize" }).click();
    await page.getByText("This does not fit!").waitFor();
    silent(complaints);
  },

  async "a network lost in mid-draw costs nothing: the same key is asked again"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    const keys = [];
    let lost = 2;
    await page.route("**/draws", async (route) => {
      if (route.request().method() !== "POST") return route.continue();
      keys.push(route.request().headers()["idempotency-key"]);
      if (lost === 0) return route.continue();
      lost -= 1;
      // The server draws, but its answer never arrives.
      await route.fetch();
      return route.abort("connectionreset");
    });
    await openDrawPage(page, server);
    await page.getByRole("button", { name: "Draw once" }).click();
    await page.getByText("Asking again with the same key").waitFor();
    await page.getByRole("dialog").waitFor();
    assert.equal(keys.length, 3);
    assert.equal(new Set(keys).size, 1);
    await page.keyboard.press("Escape");
    await page.getByText("9 draws left").waitFor();
    silent(complaints, LOST);
  },

  async "a draw without any answer is kept, over a reload too"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    const keys = [];
    await page.route("**/draws", (route) => {
      if (route.request().method() !== "POST") return route.continue();
      keys.push(route.request().headers()["idempotency-key"]);
      return route.abort("internetdisconnected");
    });
    await openDrawPage(page, server);
    await page.getByRole("button", { name: "Draw once" }).click();
    await page.getByText("The network is gone.").waitFor({ timeout: 40_000 });
    await page.reload();
    await page.getByText("The network is gone.").waitFor();
    await page.unroute("**/draws");
    const drawn = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/draws"));
    await page.getByRole("button", { name: "Ask again" }).first().click();
    assert.equal((await drawn).headers()["idempotency-key"], keys[0]);
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByText("9 draws left").waitFor();
    silent(complaints, LOST);
  },

  async "a refusal is said in words, and the board stands still again"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    await publish(server, "pausing", surely("pausing", '{ kind = "points", min = "1", max = "1" }'));
    await server.call("POST", "/v1/activities/pausing/recharges", { user_id: "pat", sku: "ten" }, "grant");
    await openDrawPage(page, server, await linkFor(server, "pat", "pausing"));
    await server.call("POST", "/admin/activities/pausing/pause");
    await page.getByRole("button", { name: "Draw once" }).click();
    await page.getByText("The activity is closed or taking a break.").waitFor();
    await page.getByRole("button", { name: "Draw once" }).waitFor();
    assert.ok(await page.getByRole("button", { name: "Draw once" }).isEnabled());
    silent(complaints, refused(409, "/draws"));
  },

  async "points are exchanged for draws, and signing in is rewarded"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    await server.call("POST", "/v1/users/rich/points/earn", { amount: "100" }, "earned");
    await openDrawPage(page, server, await linkFor(server, "rich", "100301"));
    await page.getByText("No draws left").waitFor();
    await page.getByRole("button", { name: "Sign in for today" }).click();
    await page.getByText("You earned 1 draws + 10.00 points").waitFor();
    await page.getByText("1 draw left").waitFor();
    await page.getByRole("tab", { name: "Points" }).click();
    await page.getByRole("button", { name: "Exchange: 5 draws" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Exchange" }).click();
    await page.getByText("5 draws are yours").waitFor();
    await page.getByText("6 draws left").waitFor();
    await page.getByText("90.00").first().waitFor();
    await accessible(page, "points");
    silent(complaints);
  },

  async "a thing that was won is claimed, sent by an operator, and tracked"({ browser, server }) {
    const { page, complaints } = await visit(browser);
    await publish(server, "lamps", surely("lamps", '{ kind = "goods" }'));
    await server.call("POST", "/v1/activities/lamps/recharges", { user_id: "lou", sku: "ten" }, "grant");
    await openDrawPage(page, server, await linkFor(server, "lou", "lamps"));
    await page.getByRole("button", { name: "Draw once" }).click();
    await page.getByRole("button", { name: "Great" }).click();
    await page.getByRole("tab", { name: "My prizes" }).click();
    await page.getByRole("button", { name: "Say where to" }).click();
    await page.getByLabel("Name").fill("Lou");
    await page.getByLabel("Phone").fill("+49 30 901820");
    await page.getByLabel("Address").fill("Way 1\n10115 Berlin");
    await accessible(page, "the claim");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("Address given").waitFor();

    const operator = await visit(browser, { viewport: DESKTOP });
    await signIn(operator.page, server);
    await operator.page.goto(`${server.url}/console/work/goods`);
    await operator.page.getByText("Lou, +49 30 901820, Way 1, 10115 Berlin").waitFor();
    await operator.page.getByRole("button", { name: "Ship" }).first().click();
    await operator.page.getByLabel("Tracking").fill("DHL 00340434");
    await operator.page.getByRole("dialog").getByRole("button", { name: "Ship" }).click();
    await operator.page.getByRole("dialog").waitFor({ state: "hidden" });

    await page.reload();
    await page.getByRole("tab", { name: "My prizes" }).click();
    await page.getByText("DHL 00340434").waitFor();
    silent([...complaints, ...operator.complaints]);
  },

  async "keyboard and reduced motion suffice, on the grid and in Chinese"({ browser, server }) {
    const { page, complaints } = await visit(browser, { locale: "zh-CN", reducedMotion: "reduce" });
    await openDrawPage(page, server);
    assert.equal(await page.evaluate(() => document.documentElement.lang), "zh-CN");
    await page.getByRole("button", { name: "九宫格" }).focus();
    await page.keyboard.press("Enter");
    await page.locator(".grid-board").waitFor();
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), "抽奖一次");
    const began = Date.now();
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    assert.ok(Date.now() - began < 3000, "nothing is waited for");
    assert.equal(await page.locator(".cell.lit").count(), 1);
    await page.keyboard.press("Escape");
    await page.getByRole("tab", { name: "今日" }).focus();
    for (const name of ["我的奖品", "积分", "规则"]) {
      await page.keyboard.press("ArrowRight");
      assert.equal(await page.evaluate(() => document.activeElement.textContent), name);
      await accessible(page, name);
    }
    silent(complaints);
  },

  async "ten draws are one request, and the wide page is accessible too"({ browser, server }) {
    const { page, complaints } = await visit(browser, { viewport: DESKTOP });
    await openDrawPage(page, server);
    await accessible(page, "the wide page");
    const shift = await page.evaluate(
      () =>
        new Promise(
          (resolve) =>
            new PerformanceObserver((list) =>
              resolve(list.getEntries().reduce((sum, entry) => sum + entry.value, 0)),
            ).observe({ type: "layout-shift", buffered: true }) ?? setTimeout(() => resolve(0), 500),
        ),
    );
    assert.ok(shift < 0.1, `the layout shifts by ${shift}`);
    await page.getByRole("button", { name: "Draw × 10" }).click();
    await page.getByRole("dialog").waitFor();
    assert.equal(await page.locator(".won-many li").count(), 10);
    await page.keyboard.press("Escape");
    await page.getByText("No draws left").waitFor();
    assert.ok(await page.getByRole("button", { name: "Draw once" }).isDisabled());
    silent(complaints);
  },

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
    await page.goto(`${server.url}/console/work/jobs`);
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

  async "pages take nothing from elsewhere, and their files are compressed and kept"({ server }) {
    for (const path of ["/", "/console", "/console/work/jobs"]) {
      const answer = await fetch(server.url + path);
      const policy = answer.headers.get("content-security-policy");
      assert.ok(policy.includes("default-src 'none'") && !policy.includes("unsafe"), policy);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      const text = await answer.text();
      const [file] = /\/assets\/[\w.-]+\.js/.exec(text);
      const script = await fetch(server.url + file, { headers: { "Accept-Encoding": "br" } });
      assert.equal(script.headers.get("content-encoding"), "br");
      assert.equal(script.headers.get("cache-control"), "public, max-age=31536000, immutable");
      assert.equal(script.headers.get("content-type"), "text/javascript; charset=utf-8");
      assert.equal((await fetch(`${server.url}${file}x`)).status, 404);
    }
    const nonces = await Promise.all(
      [1, 2].map(
        async () =>
          /nonce-([\w-]+)/.exec((await fetch(`${server.url}/console`)).headers.get("content-security-policy"))[1],
      ),
    );
    assert.notEqual(nonces[0], nonces[1]);
  },
};

/** Somebody who takes awards, or not. */
export async function startPartner() {
  const partner = { status: 200, url: "", stop: () => undefined };
  const taker = createServer((request, response) => {
    request.resume();
    response.writeHead(partner.status, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ reference: "theirs" }));
  });
  await new Promise((resolve) => taker.listen(0, "127.0.0.1", resolve));
  partner.url = `127.0.0.1:${taker.address().port}`;
  partner.stop = () => taker.close();
  return partner;
}

export { KEY, PHONE };
