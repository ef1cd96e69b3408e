// What users have: points, sign-ins, prizes, and that they reach all of it by keyboard, in their language.
import assert from "node:assert/strict";

import { DESKTOP, visit } from "../lib.mjs";
import { accessible, linkFor, openDrawPage, publish, signIn, silent, surely } from "../steps.mjs";

export const belongings = {
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
    await operator.page.goto(`${server.url}/console/operations/goods`);
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
    await page.keyboard.press("Tab");
    assert.match(await page.evaluate(() => document.activeElement.textContent), /验证这次抽奖/);
    await page.keyboard.press("Enter");
    await page.locator(".verdict").waitFor();
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    // Closed dialogs give the focus back to where it was.
    await page.waitForFunction(() => document.activeElement.getAttribute("aria-label") === "抽奖一次");
    await page.getByRole("tab", { name: "今日" }).focus();
    for (const name of ["我的奖品", "积分", "规则"]) {
      await page.keyboard.press("ArrowRight");
      assert.equal(await page.evaluate(() => document.activeElement.textContent), name);
      await accessible(page, name);
    }
    silent(complaints);
  },
};
