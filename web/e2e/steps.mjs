// What the checks do again and again, and how a page is found accessible.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const AXE = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** What the browser says where a check takes the network away. */
export const LOST = /Failed to load resource: net::ERR_(CONNECTION_RESET|INTERNET_DISCONNECTED) /;
/** What it says where a check wants a refusal of a path that ends like this. */
export const refused = (status, path) => new RegExp(`Failed to load resource: .* status of ${status} .*${path}$`);

/** Nothing in the browser's console but what the check itself brought about. */
export function silent(complaints, ...wanted) {
  assert.deepEqual(
    complaints.filter((complaint) => !wanted.some((pattern) => pattern.test(complaint))),
    [],
  );
}

/** Nothing serious that axe can find. It is run from outside the page, whose policy takes no foreign scripts. */
export async function accessible(page, what) {
  // Things that are loading or fading in have no contrast yet.
  await page.waitForFunction(() => !document.querySelector(".ant-spin-spinning"));
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
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

/** A document with so many awards, one of them locked, one with a long name. The first is as good as sure. */
export function boardOf(activity, count) {
  const awards = Array.from({ length: count - 1 }, (_, at) => {
    const kinds = [
      '{ kind = "points", min = "1", max = "9" }',
      '{ kind = "goods" }',
      '{ kind = "draws", sku = "ten" }',
    ];
    const weight = at === 0 ? (10n ** 12n - BigInt(count - 1)).toString() : "1";
    const decimal = `0.${weight.padStart(12, "0")}`;
    const title = at === 1 ? "一台名字很长很长的智能扫地机器人" : `奖品 ${at + 1}`;
    const more = at === 2 ? 'unlock_after = 3\nfallback = "none"\n' : "";
    return `[[awards]]\nid = "a${at}"\ntitle = "${title}"\nweight = "${decimal}"\n${more}prize = ${kinds[at % 3]}`;
  });
  return `activity = "${activity}"
title = "A board of ${count}"
opens_at = "2026-01-01T00:00:00+08:00"
closes_at = "2035-12-01T00:00:00+08:00"
time_zone = "Asia/Shanghai"
[limits]
${awards.join("\n")}
[[awards]]
id = "none"
title = "谢谢参与"
weight = "0.000000000001"
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
  await page.locator("[autocomplete=username]").fill(name);
  await page.locator("[autocomplete=current-password]").fill(password);
  await page.locator("form [type=submit]").click();
  await page.locator("h1", { hasText: /^(Activities|活动)$/ }).waitFor();
}

export async function eventually(what, wanted) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await wanted()) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`never: ${what}`);
}

/** Begins to add up how much the layout shifts; `shiftOf` tells. What follows a press of the user's own is none. */
export async function watchShifts(page) {
  await page.addInitScript(() => {
    window.shift = 0;
    new PerformanceObserver((list) => {
      for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shift += value;
    }).observe({ type: "layout-shift", buffered: true });
  });
}

/** Cumulative layout shift, as browsers measure it. */
export const SHIFT_MAX = 0.02;
export const shiftOf = (page) => page.evaluate(() => window.shift);

/** How far the page reaches beyond its window, in pixels. */
export const overflowOf = (page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/** A problem as the server writes it. */
export const problem = (status, code, headers = {}) => ({
  status,
  headers: { "Content-Type": "application/problem+json", ...headers },
  body: JSON.stringify({ type: `/problems/${code}`, title: code, status, code, detail: code, faults: [] }),
});
