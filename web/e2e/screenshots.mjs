// Pictures of every page, for people to look at: web/screenshots, and the two that the README shows.
import { mkdirSync } from "node:fs";

import { DESKTOP, PHONE, visit } from "./lib.mjs";
import { boardOf, linkFor, publish, signIn } from "./steps.mjs";

const directory = new URL("../screenshots/", import.meta.url).pathname;
const shown = new URL("../../docs/pictures/", import.meta.url).pathname;
/** The narrowest phones there are. */
const NARROW = { width: 320, height: 640 };
/** Small enough for a page that is read on a telephone, and no speck to be seen. */
const JPEG = { type: "jpeg", quality: 80 };

export async function takeScreenshots(browser, server) {
  mkdirSync(directory, { recursive: true });
  mkdirSync(shown, { recursive: true });
  for (const user of ["anna", "bert", "chen", "dora"]) {
    await server.call("POST", "/v1/activities/100301/recharges", { user_id: user, sku: "9012" }, "pictures");
    for (let request = 0; request < 4; request += 1) {
      await server.call("POST", "/v1/activities/100301/draws", { user_id: user, count: 10 }, `p${request}`);
    }
    const listed = `/admin/activities/100301/lists/${user === "dora" ? "grey" : "black"}/${user}-2`;
    await server.call("PUT", listed, { reason: "seventeen accounts of one device" });
  }
  await drawPage(browser, server, "phone", PHONE, "zh-CN");
  await drawPage(browser, server, "narrow", NARROW, "en-GB");
  await drawPage(browser, server, "desktop", DESKTOP, "en-GB");
  for (const count of [2, 3, 8, 9, 13]) await boards(browser, server, count);
  await console_(browser, server, "console", DESKTOP, "en-GB");
  await console_(browser, server, "console-zh", { width: 820, height: 1180 }, "zh-CN");
}

async function drawPage(browser, server, name, viewport, locale) {
  const { page, complaints } = await visit(browser, { viewport, locale });
  const take = (what, options = {}) => page.screenshot({ path: `${directory}draw-${name}-${what}.png`, ...options });
  await page.goto(`${server.url}/?activity=100301`);
  await page.locator(".hub").waitFor();
  await take("wheel");
  if (name === "phone") await page.screenshot({ path: `${shown}draw-page.jpg`, ...JPEG });
  await page.locator(".hub").click();
  await page.waitForTimeout(700);
  await take("turning");
  await page.locator("dialog.result").waitFor();
  await page.waitForTimeout(500);
  await take("result");
  await page.locator("dialog .link").click();
  await page.locator(".verdict").waitFor();
  await take("proof");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  for (const [at, tab] of ["today", "prizes", "points", "rules"].entries()) {
    await page.getByRole("tab").nth(at).click();
    await take(tab, { fullPage: true });
  }
  await page.locator(".board-switch button").nth(1).click();
  await page.evaluate(() => window.scrollTo(0, 0));
  await take("grid");
  report(complaints);
}

/** The boards with so many awards, on the narrowest phone. */
async function boards(browser, server, count) {
  const activity = `board${count}`;
  await publish(server, activity, boardOf(activity, count));
  const { page, complaints } = await visit(browser, { viewport: NARROW, locale: "zh-CN" });
  await page.goto(`${server.url}/${await linkFor(server, "anna", activity)}`);
  await page.locator(".hub").waitFor();
  for (const [at, kind] of ["wheel", "grid"].entries()) {
    await page.locator(".board-switch button").nth(at).click();
    await page.screenshot({ path: `${directory}board-${kind}-${count}.png` });
  }
  report(complaints);
}

async function console_(browser, server, name, viewport, locale) {
  const { page, complaints } = await visit(browser, { viewport, locale });
  const take = (what) => page.screenshot({ path: `${directory}${name}-${what}.png` });
  await page.goto(`${server.url}/console`);
  await page.locator("form button").waitFor();
  await take("sign-in");
  await signIn(page, server);
  const pages = {
    activities: "activities",
    editor: "activities/100301/edit",
    versions: "activities/100301/versions",
    lists: "activities/100301/lists",
    settlements: "activities/100301/settlements",
    live: "activities/100301/live",
    outbox: "operations/outbox",
    jobs: "operations/jobs",
    fires: "operations/fires",
    workflows: "operations/workflows",
    goods: "operations/goods",
    coupons: "operations/coupons",
    user: "users/anna",
    reconciliation: "reconciliation",
    audit: "audit",
    keys: "keys",
    operators: "operators",
  };
  for (const [what, path] of Object.entries(pages)) {
    await page.goto(`${server.url}/console/${path}`);
    await page.locator("h1").waitFor();
    await page.waitForTimeout(what === "live" ? 9000 : 900);
    if (what === "reconciliation") {
      await page.locator(".page-top button").click();
      await page.locator(".invariant").first().waitFor();
    }
    if (what === "live" && name === "console") {
      for (let request = 0; request < 5; request += 1) {
        await server.call("POST", "/v1/activities/100301/recharges", { user_id: "anna", sku: "9013" }, `l${request}`);
        await server.call("POST", "/v1/activities/100301/draws", { user_id: "anna", count: 5 }, `l${request}`);
        await page.waitForTimeout(2100);
      }
      await page.screenshot({ path: `${shown}console.png` });
    }
    await take(what);
    if (what === "activities") {
      await page.locator(".page-top button").click();
      await page.waitForTimeout(500);
      await take("new-activity");
      await page.keyboard.press("Escape");
      await page.locator("tbody .ant-btn-dangerous").first().click();
      await page.locator(".facts").waitFor();
      await page.waitForTimeout(500);
      await take("close");
    }
    if (what === "editor") {
      await page.locator('[data-path="awards[0].weight"] input').fill("0.70");
      await page.locator('[data-path="awards[1].weight"] input').fill("none");
      await page.locator('[data-path="awards[1].weight"] .field-fault').waitFor();
      await take("editor-faults");
      await page.evaluate(() => window.scrollTo(0, document.body.scrollHeight));
      await take("editor-end");
      await page.evaluate(() => window.scrollTo(0, 0));
      await page.locator('[data-path="awards[0].weight"] input').fill("0.78");
      await page.locator('[data-path="awards[1].weight"] input').fill("0.04");
      for (const at of [1, 2]) {
        await page.locator(".editor [role=tab]").nth(at).click();
        await page.waitForTimeout(400);
        await take(at === 1 ? "odds" : "differences");
      }
    }
  }
  report(complaints);
}

function report(complaints) {
  for (const complaint of complaints) console.log(`the browser says ${complaint}`);
}
