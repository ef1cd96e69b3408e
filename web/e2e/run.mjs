// Runs the checks of checks/ against the real binary, on both halves: everything in one process, and a fleet.
// `npm run e2e -- TEXT` runs those whose name has the text; with --screenshots it makes pictures of every page instead.
// E2E_HALF=embedded leaves the fleet out.
import { belongings } from "./checks/belongings.mjs";
import { draws } from "./checks/draws.mjs";
import { operating } from "./checks/operating.mjs";
import { lists } from "./checks/lists.mjs";
import { pages } from "./checks/pages.mjs";
import { situations } from "./checks/situations.mjs";
import { watching } from "./checks/watching.mjs";
import { startBrowser, startServer } from "./lib.mjs";
import { startPartner } from "./partner.mjs";
import { takeScreenshots } from "./screenshots.mjs";

const checks = { ...draws, ...situations, ...belongings, ...operating, ...lists, ...watching, ...pages };
const wanted = process.argv.slice(2).find((argument) => !argument.startsWith("--")) ?? "";
const pictures = process.argv.includes("--screenshots");
let failed = 0;
const halves = ["embedded", "distributed"].filter((half) => half === (process.env.E2E_HALF ?? half));
for (const half of pictures ? ["embedded"] : halves) {
  const partner = await startPartner();
  const server = await startServer(half, {
    BIG_MARKET__WEBHOOK__ENDPOINTS__PARTNER__URL: `http://${partner.url}/awards`,
    BIG_MARKET__WEBHOOK__ENDPOINTS__PARTNER__SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
    BIG_MARKET__WEBHOOK__ALLOW_HOSTS: partner.url,
  });
  const browser = await startBrowser();
  try {
    if (pictures) {
      await takeScreenshots(browser, server, partner);
    } else {
      for (const [name, check] of Object.entries(checks).filter(([name]) => name.includes(wanted))) {
        const began = Date.now();
        try {
          await check({ browser, server, partner, half });
          console.log(`ok    ${half}: ${name} (${Date.now() - began} ms)`);
        } catch (error) {
          failed += 1;
          console.log(`FAIL  ${half}: ${name}\n${error.stack}`);
        }
        await Promise.all(browser.contexts().map((context) => context.close()));
      }
    }
  } finally {
    await browser.close();
    await server.stop();
    partner.stop();
  }
}
if (failed > 0) {
  console.error(`${failed} failed`);
  process.exit(1);
}
