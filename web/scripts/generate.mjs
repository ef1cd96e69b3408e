// Writes src/api/schema.d.ts from the server's OpenAPI document. With --check it only tells whether it is stale.
import { readFileSync, writeFileSync } from "node:fs";
import openapiTypescript, { astToString } from "openapi-typescript";

const source = new URL("../../tests/it/api/openapi.json", import.meta.url);
const target = new URL("../src/api/schema.d.ts", import.meta.url);
const head = "// Made from the server's OpenAPI document by `npm run generate`. Do not edit.\n\n";

const now = head + astToString(await openapiTypescript(source, { alphabetize: true }));
if (process.argv.includes("--check")) {
  if (readFileSync(target, "utf8") !== now) {
    console.error("src/api/schema.d.ts does not fit the server any more: run `npm run generate` and commit it");
    process.exit(1);
  }
  console.log("src/api/schema.d.ts fits the server");
} else {
  writeFileSync(target, now);
}
