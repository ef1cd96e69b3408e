// Runs the checks of check.mjs and watching.mjs against the real binary, on both halves: everything in one process, and a fleet.
// `npm run e2e -- TEXT` runs those whose name has the text; with --screenshots it makes pictures of every page instead.
import { checks, startPartner } from "./check.mjs";
import { startBrowser, startServer } from "./lib.mjs";
import { takeScreenshots } from "./screenshots.mjs";
import { watching } from "./watching.mjs";

const wanted = process.argv.slice(2).find((argument) => !argument.startsWith("--")) ?? "";
const pictures = process.argv.includes("--screenshots");
let failed = 0;
for (const half of pictures ? ["embedded"] : ["embedded", "distributed"]) {
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
      for (const [name, check] of Object.entries({ ...checks, ...watching }).filter(([name]) =>
        name.includes(wanted),
      )) {
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
