// Puts a .br and a .gz beside every built file that they make smaller. The server sends them as they are.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const directory = new URL("../dist/pages/assets/", import.meta.url).pathname;
for (const name of readdirSync(directory)) {
  const plain = readFileSync(join(directory, name));
  const forms = {
    br: brotliCompressSync(plain, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }),
    gz: gzipSync(plain, { level: 9 }),
  };
  for (const [ending, bytes] of Object.entries(forms)) {
    if (bytes.length < plain.length) writeFileSync(join(directory, `${name}.${ending}`), bytes);
  }
}
