// A third party that takes awards.
import { createServer } from "node:http";

/** Somebody who takes awards, or not. */
export async function startPartner() {
  const partner = { status: 200, url: "", stop: () => undefined };
  const taker = createServer((request, response) => {
    request.resume();
    response.writeHead(partner.status, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ reference: "theirs" }));
  });
  await new Promise((resolve) => taker.listen(0, "127.0.0.1", resolve));
  partner.url = `127.0.0.1:${taker.address().port}`;
  partner.stop = () => taker.close();
  return partner;
}
