// Pictures of every page, for people to look at: web/screenshots, and the two that the README shows.
import { mkdirSync } from "node:fs";

import { DESKTOP, PHONE, visit } from "./lib.mjs";

const directory = new URL("../screenshots/", import.meta.url).pathname;
const shown = new URL("../../docs/pictures/", import.meta.url).pathname;

export async function takeScreenshots(browser, server) {
  mkdirSync(directory, { recursive: true });
  mkdirSync(shown, { recursive: true });
  for (const user of ["anna", "bert", "chen", "dora"]) {
    await server.call("POST", "/v1/activities/100301/recharges", { user_id: user, sku: "9012" }, "pictures");
    for (let request = 0; request < 4; request += 1) {
      await server.call("POST", "/v1/activities/100301/draws", { user_id: user, count: 10 }, `p${request}`);
    }
  }
  await drawPage(browser, server, "phone", PHONE, "zh-CN");
  await drawPage(browser, server, "desktop", DESKTOP, "en-GB");
  await console_(browser, server);
}

async function drawPage(browser, server, name, viewport, locale) {
  const { page, complaints } = await visit(browser, { viewport, locale });
  const take = (what, options = {}) => page.screenshot({ path: `${directory}draw-${name}-${what}.png`, ...options });
  await page.goto(`${server.url}/?activity=100301`);
  await page.locator(".hub").waitFor();
  await take("wheel");
  if (name === "phone") await page.screenshot({ path: `${shown}draw-page.png` });
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

async function console_(browser, server) {
  const { page, complaints } = await visit(browser, { viewport: DESKTOP });
  const take = (what) => page.screenshot({ path: `${directory}console-${what}.png` });
  await page.goto(`${server.url}/console`);
  await page.getByLabel("Name").waitFor();
  await take("sign-in");
  await page.getByLabel("Name").fill("admin");
  await page.getByLabel("Password", { exact: true }).fill(server.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "Activities" }).waitFor();
  const pages = {
    activities: "activities",
    editor: "activities/100301/edit",
    versions: "activities/100301/versions",
    live: "activities/100301/live",
    outbox: "work/outbox",
    jobs: "work/jobs",
    fires: "work/fires",
    workflows: "work/workflows",
    goods: "work/goods",
    coupons: "work/coupons",
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
      await page.getByRole("button", { name: "Check the books" }).click();
      await page.getByText("Every invariant holds").waitFor();
    }
    if (what === "live") {
      for (let request = 0; request < 5; request += 1) {
        await server.call("POST", "/v1/activities/100301/recharges", { user_id: "anna", sku: "9013" }, `l${request}`);
        await server.call("POST", "/v1/activities/100301/draws", { user_id: "anna", count: 5 }, `l${request}`);
        await page.waitForTimeout(2100);
      }
      await page.screenshot({ path: `${shown}console.png` });
    }
    await take(what);
  }
  report(complaints);
}

function report(complaints) {
  for (const complaint of complaints) console.log(`the browser says ${complaint}`);
}
