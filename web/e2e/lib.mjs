// A real server in a directory of its own, and a real browser that remembers all it complains about.
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

import { chromium } from "playwright-core";

const root = new URL("../../", import.meta.url).pathname;
export const KEY = "end-to-end-key-0123456789";
/** Never reached by a server that works. */
const PATIENCE_MS = 60_000;

function binary() {
  const places = [
    process.env.BIG_MARKET_BINARY,
    join(root, "target/release/big-market"),
    join(root, "target/debug/big-market"),
  ];
  const found = places.find((place) => place && existsSync(place));
  if (!found) throw new Error("there is no big-market binary: run `cargo build` first, or set BIG_MARKET_BINARY");
  return found;
}

function browserPath() {
  const places = [process.env.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = places.find((place) => place && existsSync(place));
  if (!found) throw new Error("there is no Chromium: install the package chromium, or set CHROMIUM");
  return found;
}

/** Starts everything on a free port: in one process, or as a fleet on databases and a Redis of its own. */
export async function startServer(half, settings = {}) {
  const directory = mkdtempSync(join(tmpdir(), "big-market-web-"));
  const child = spawn(binary(), half === "distributed" ? ["fleet"] : [], {
    env: {
      PATH: process.env.PATH,
      BIG_MARKET__SERVER__LISTEN: "127.0.0.1:0",
      BIG_MARKET__STORE__DATA_DIR: directory,
      BIG_MARKET_DEMO_API_KEY: KEY,
      ...settings,
    },
    stdio: ["ignore", "pipe", "ignore"],
  });
  let url = "";
  let password = "";
  const lines = createInterface({ input: child.stdout });
  await new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("the server did not start")), PATIENCE_MS);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    lines.on("line", (line) => {
      url = /big-market serves (http:\S+)/.exec(line)?.[1] ?? url;
      password = /^Operator: admin, password as made here: (\S+)/.exec(line)?.[1] ?? password;
      if (line.includes("/awards -H")) {
        clearTimeout(timer);
        resolve();
      }
    });
  });
  const call = async (method, path, body, key) => {
    const headers = { Authorization: `Bearer ${KEY}` };
    if (key) headers["Idempotency-Key"] = key;
    if (body !== undefined)
      headers["Content-Type"] = typeof body === "string" ? "application/toml" : "application/json";
    const answer = await fetch(url + path, {
      method,
      headers,
      body: typeof body === "string" ? body : body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path} gave ${answer.status}: ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  };
  const stop = async () => {
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.removeAllListeners("exit");
    child.once("exit", () => undefined);
    // A fleet puts away what it started.
    child.kill(half === "distributed" ? "SIGTERM" : "SIGKILL");
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS).unref())]);
    rmSync(directory, { recursive: true, force: true });
  };
  return { url, password, call, stop };
}

export async function startBrowser() {
  return chromium.launch({
    executablePath: browserPath(),
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

export const PHONE = { width: 390, height: 844 };
export const DESKTOP = { width: 1360, height: 900 };

/** A page of a fresh visitor. `complaints` is what the browser's console said; silence is wanted. */
export async function visit(browser, { viewport = PHONE, locale = "en-GB", reducedMotion = "no-preference" } = {}) {
  const context = await browser.newContext({
    viewport,
    locale,
    reducedMotion,
    deviceScaleFactor: viewport === PHONE ? 2 : 1,
  });
  const page = await context.newPage();
  const complaints = [];
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()} ${message.location().url}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.message}`));
  page.setDefaultTimeout(20_000);
  return { page, context, complaints };
}
