// Drawing: what is won, the proof of it, and what becomes of a draw when the network or the server fails.
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";

import { DESKTOP, visit } from "../lib.mjs";
import {
  accessible,
  eventually,
  linkFor,
  LOST,
  openDrawPage,
  publish,
  refused,
  SHIFT_MAX,
  shiftOf,
  silent,
  surely,
  watchShifts,
} from "../steps.mjs";

/** Initial JavaScript of the draw page, compressed. */
const SCRIPT_BYTES_MAX = 200 * 1024;

export const draws = {
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

  async "ten draws are one request, and the wide page is accessible too"({ browser, server }) {
    const { page, complaints } = await visit(browser, { viewport: DESKTOP });
    await watchShifts(page);
    await openDrawPage(page, server);
    await accessible(page, "the wide page");
    await page.getByRole("button", { name: "Draw × 10" }).click();
    await page.getByRole("dialog").waitFor();
    assert.equal(await page.locator(".won-many li").count(), 10);
    await page.keyboard.press("Escape");
    await page.getByText("No draws left").waitFor();
    assert.ok(await page.getByRole("button", { name: "Draw once" }).isDisabled());
    const shift = await shiftOf(page);
    assert.ok(shift < SHIFT_MAX, `the layout shifts by ${shift}`);
    silent(complaints);
  },
};
