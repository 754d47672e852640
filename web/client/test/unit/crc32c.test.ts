import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { crc32c } from "../../src/crc32c.js";
import { checksum } from "../../src/index.js";

const bytes = (text: string) => new TextEncoder().encode(text);

test("known checksums are computed", async () => {
  // RFC 3720, appendix B.4, and the check value of the CRC catalog.
  assert.equal(crc32c(bytes("")), 0);
  assert.equal(crc32c(bytes("123456789")), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255)), 0x62a8ab43);
  assert.equal(await checksum(new Blob(["123456789"])), "4waSgw==");
});

test("a checksum can be continued at any byte", () => {
  const all = randomBytes(1000);
  for (const cut of [0, 1, 7, 8, 9, 500, 1000]) {
    assert.equal(crc32c(all.subarray(cut), crc32c(all.subarray(0, cut))), crc32c(all));
  }
});

test("a large file is read in parts", async (context) => {
  const data = randomBytes(50 * 2 ** 20);
  const started = performance.now();
  const sum = await checksum(new Blob([data]));
  context.diagnostic(`50 MiB in ${Math.round(performance.now() - started)} ms`);
  const expected = Buffer.alloc(4);
  expected.writeUInt32BE(crc32c(data));
  assert.equal(sum, expected.toString("base64"));
});

test("an aborted signal ends the computation", async () => {
  await assert.rejects(checksum(new Blob(["x"]), AbortSignal.abort()), { name: "AbortError" });
});
