/** The client in Node, against the running platform. */

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { before, test } from "node:test";
import { promisify } from "node:util";
import { AltaData, isProblem, memoryStore, memoryUploadStore, textOf } from "../../src/index.js";
import { type Account, origin, register, sample, samplePath } from "./platform.js";

const alta = new AltaData({ origin, chunkBytes: 256 * 1024 });
let account: Account;
let project_id: string;

before(async () => {
  account = await register();
  await alta.session.signIn(account);
  ({ id: project_id } = await alta.post("/projects", { body: { name: "Letters" } }));
});

test("a scan is uploaded, and its text arrives live", async () => {
  const events = alta.events(project_id);
  await events.opened;
  const upload = alta.upload(await sample("page.png", "image/png"), { project_id, domain: "letters" });
  const item = await upload.done;
  assert.equal(upload.sent, upload.total);
  const seen: string[] = [];
  for await (const { item_id, to } of events) {
    assert.equal(item_id, item.id);
    seen.push(to);
    if (to !== "draft" && to !== "processing") break;
  }
  // The project has no other reviewer, so the item is approved at once.
  assert.deepEqual(seen.slice(-2), ["processing", "approved"]);
  const read = await alta.processed(item);
  assert.match(textOf(read) ?? "", /[a-z]{4}/);
  assert.equal(read.kind, "document");
});

test("a large upload pauses, survives a reload and is processed once", async () => {
  const file = await sample("book.pdf", "application/pdf");
  const large = new File([file, new Uint8Array(3 * 2 ** 20)], "book.pdf", { lastModified: 1000 });
  const uploadStore = memoryUploadStore();
  const store = memoryStore();
  const client = () => new AltaData({ origin, store, uploadStore, chunkBytes: 256 * 1024 });
  const first = client();
  await first.session.signIn(account);
  const upload = first.upload(large, { project_id, resumable: true });
  while (upload.sent < 2 ** 20) await new Promise((resolve) => setTimeout(resolve, 1));
  upload.pause();
  assert.ok(upload.item);

  const reloaded = client();
  assert.equal(await reloaded.session.restore(), true);
  assert.equal((await reloaded.uploads.interrupted(project_id)).length, 1);
  const sent: number[] = [];
  const item = await reloaded.upload(large, { project_id, onChange: (next) => sent.push(next.sent) }).done;
  assert.equal(item.id, upload.item.id);
  assert.ok(sent.every((bytes) => bytes === 0 || bytes >= 512 * 1024));
  const now = await alta.get("/documents/{document_id}", { params: { path: { document_id: item.id } } });
  assert.equal(now.size_bytes, large.size);
  await alta.delete("/documents/{document_id}", { params: { path: { document_id: item.id } } });
});

test("bytes that changed on the way are refused by storage", async () => {
  const file = await sample("page.png", "image/png");
  const send = globalThis.fetch;
  globalThis.fetch = async (input, init) => {
    const request = input as Request;
    if (request.method !== "PUT") return send(request, init);
    const bytes = new Uint8Array(await request.arrayBuffer());
    bytes.fill(0, 100, 200);
    return send(new Request(request.url, { method: "PUT", headers: request.headers, body: bytes }));
  };
  try {
    const upload = alta.upload(file, { project_id });
    await assert.rejects(upload.done, { name: "StorageError", status: 400 });
    assert.equal(upload.item?.status, "draft");
    await upload.cancel();
  } finally {
    globalThis.fetch = send;
  }
});

test("a recording becomes text", async () => {
  const item = await alta.upload(await sample("speech.m4a", "audio/x-m4a"), { project_id }).done;
  assert.equal(item.content_type, "audio/mp4");
  const read = await alta.processed(item, { signal: AbortSignal.timeout(120_000) });
  assert.match(textOf(read) ?? "", /[a-z]{3}/);
});

test("a canceled upload leaves no item", async () => {
  const upload = alta.upload(await sample("letter.pdf", "application/pdf"), { project_id, resumable: true });
  while (!upload.item) await new Promise((resolve) => setTimeout(resolve, 5));
  await upload.cancel();
  const params = { path: { document_id: upload.item.id } };
  await assert.rejects(alta.get("/documents/{document_id}", { params }), (error) => isProblem(error, "not_found"));
});

test("a list iterates over its pages", async () => {
  for (const name of ["a", "b", "c"]) await alta.post("/projects", { body: { name } });
  const names: string[] = [];
  for await (const { name } of alta.list("/projects", { params: { query: { limit: 1 } } })) names.push(name);
  assert.deepEqual(names.sort(), ["Letters", "a", "b", "c"]);
});

test("problems are typed", async () => {
  const unknown = { path: { project_id: crypto.randomUUID() } };
  await assert.rejects(alta.get("/projects/{project_id}", { params: unknown }), (error) =>
    isProblem(error, "not_found"),
  );
  await assert.rejects(alta.post("/projects", { body: { name: "" } }), (error) => {
    assert.ok(isProblem(error, "invalid_fields"));
    assert.equal(error.errors[0]?.field, "name");
    assert.ok(error.requestId);
    return true;
  });
  const data = await alta.raw.GET("/projects/{project_id}", { params: unknown });
  assert.equal(data.response.status, 404);
});

test("the sessions of a user end everywhere", async () => {
  const [here, there] = [new AltaData(origin), new AltaData(origin)];
  await Promise.all([here.session.signIn(account), there.session.signIn(account)]);
  const { recent_until } = await here.session.reauthenticate(account.password);
  assert.ok(Date.parse(recent_until) > Date.now());
  await here.session.signOutEverywhere();
  await assert.rejects(there.get("/auth/me"), (error) => isProblem(error, "unauthenticated"));
  assert.equal(there.session.signedIn, false);
  await assert.rejects(here.get("/auth/me"), (error) => isProblem(error, "unauthenticated"));
});

test("the stream of a session that ends is ended", async () => {
  const other = new AltaData(origin);
  await other.session.signIn(await register());
  const { id } = await other.post("/projects", { body: { name: "Other" } });
  const events = other.events(id);
  await events.opened;
  await other.session.signOut();
  await assert.rejects(events.next(), (error) => isProblem(error, "unauthenticated"));
});

test("a script ends by itself when the text is there", async () => {
  const script = `
    import { openAsBlob } from "node:fs";
    import { AltaData, textOf } from ${JSON.stringify(new URL("../../../dist/index.js", import.meta.url).href)};
    const alta = new AltaData(${JSON.stringify(origin)});
    await alta.session.signIn(${JSON.stringify(account)});
    const file = await openAsBlob(${JSON.stringify(samplePath("page.png"))}, { type: "image/png" });
    const item = await alta.upload(file, { project_id: ${JSON.stringify(project_id)}, filename: "page.png" }).done;
    console.log(textOf(await alta.processed(item)).split("\\n")[0]);`;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script], { timeout: 50_000 });
  assert.equal(stdout, "The Garden Behind the Library\n");
});
