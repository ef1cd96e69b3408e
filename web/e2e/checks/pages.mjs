// The pages as files: their policy, what they take from elsewhere, and how they are kept.
import assert from "node:assert/strict";

export const pages = {
  async "pages take nothing from elsewhere, and their files are compressed and kept"({ server }) {
    for (const path of ["/", "/console", "/console/operations/jobs"]) {
      const answer = await fetch(server.url + path);
      const policy = answer.headers.get("content-security-policy");
      assert.ok(policy.includes("default-src 'none'") && !policy.includes("unsafe"), policy);
      assert.equal(answer.headers.get("cache-control"), "no-store");
      const text = await answer.text();
      const [file] = /\/assets\/[\w.-]+\.js/.exec(text);
      const script = await fetch(server.url + file, { headers: { "Accept-Encoding": "br" } });
      assert.equal(script.headers.get("content-encoding"), "br");
      assert.equal(script.headers.get("cache-control"), "public, max-age=31536000, immutable");
      assert.equal(script.headers.get("content-type"), "text/javascript; charset=utf-8");
      assert.equal((await fetch(`${server.url}${file}x`)).status, 404);
    }
    const nonces = await Promise.all(
      [1, 2].map(
        async () =>
          /nonce-([\w-]+)/.exec((await fetch(`${server.url}/console`)).headers.get("content-security-policy"))[1],
      ),
    );
    assert.notEqual(nonces[0], nonces[1]);
  },
};
