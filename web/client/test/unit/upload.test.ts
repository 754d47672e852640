import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { ServerResponse } from "node:http";
import { after, test } from "node:test";
import {
  AltaData,
  checksum,
  isProblem,
  memoryUploadStore,
  StorageError,
  UnsupportedFileError,
  type Upload,
  type UploadStore,
} from "../../src/index.js";
import { json, problem, type Received, serve, type TestServer } from "./server.js";

const project_id = "01a224af-db2d-7370-a313-430411cb5835";
const CHUNK = 256 * 1024;

/** Imitates the API's uploads, and Cloud Storage. */
class Platform {
  server!: TestServer;
  readonly items = new Map<string, { status: string; body: Record<string, unknown>; replaced: number }>();
  readonly keys: string[] = [];
  /** Answers in place of the next requests to storage: a status, or a lost connection before or after the work. */
  faults: (number | "drop" | "drop after" | "keep nothing" | "ok")[] = [];
  sessions = new Map<string, { item: string; data: Buffer }>();
  objects = new Map<string, Buffer>();
  active = 0;
  most = 0;
  delay = 0;
  /** The number of bytes that sessions received. */
  received = 0;

  static async start(): Promise<Platform> {
    const platform = new Platform();
    platform.server = await serve((request, response) => platform.#answer(request, response));
    after(() => platform.server.close());
    return platform;
  }

  client(uploadStore: UploadStore = memoryUploadStore()): AltaData {
    return new AltaData({ origin: this.server.origin, uploadStore, chunkBytes: CHUNK, concurrency: 2 });
  }

  async #answer(request: Received, response: ServerResponse): Promise<void> {
    const [, kind, id, action] = request.path.split("/");
    if (kind === "storage") return this.#store(request, response);
    if (action === "upload-url" || (request.method === "POST" && !id)) {
      const key = request.headers["idempotency-key"];
      if (key) this.keys.push(String(key));
      const item = id ?? `item-${this.items.size + 1}`;
      const before = this.items.get(item);
      if (before?.status === "processing") return problem(response, 409, "invalid_state");
      this.items.set(item, { status: "draft", body: request.json(), replaced: before ? before.replaced + 1 : 0 });
      return json(response, id ? 200 : 201, this.#created(kind ?? "", item, request.json()));
    }
    const item = this.items.get(id ?? "");
    if (!item) return problem(response, 404, "not_found");
    if (request.method === "DELETE") {
      this.items.delete(id ?? "");
      return void response.writeHead(204).end();
    }
    json(response, 200, { id, project_id, status: item.status });
  }

  #created(kind: string, id: string, body: { resumable?: boolean; size_bytes: number }) {
    const resumable = body.resumable === true || body.size_bytes > 8 * 2 ** 20;
    const url = `${this.server.origin}/storage/${resumable ? "start" : "put"}/${id}`;
    const upload = { method: resumable ? "POST" : "PUT", url, headers: { "x-goog-signed": "1" }, resumable };
    return { [kind === "voice" ? "voice_sample" : "document"]: { id, project_id, status: "draft" }, upload };
  }

  async #store(request: Received, response: ServerResponse): Promise<void> {
    const fault = this.faults.shift();
    if (fault === "drop") return void response.socket?.destroy();
    if (typeof fault === "number") return void response.writeHead(fault, { "retry-after": "0" }).end();
    this.active += 1;
    this.most = Math.max(this.most, this.active);
    await new Promise((resolve) => setTimeout(resolve, this.delay));
    this.active -= 1;
    const [, , action, id = ""] = request.path.split("/");
    let [status, headers]: [number, Record<string, string>] = [200, {}];
    if (action === "session") {
      const session = this.sessions.get(id);
      this.received += request.body.length;
      const [, from, to, total] =
        /^bytes (?:\*|(\d+)-(\d+))\/(\d+)$/.exec(request.headers["content-range"] ?? "") ?? [];
      if (!session || total === undefined) return void response.writeHead(410).end();
      if (from !== undefined && fault !== "keep nothing") {
        assert.equal(Number(to) - Number(from) + 1, request.body.length);
        assert.ok(Number(from) <= session.data.length, "the chunk does not leave a gap");
        session.data = Buffer.concat([session.data.subarray(0, Number(from)), request.body]);
      }
      if (session.data.length === Number(total)) this.#complete(session.item, session.data);
      else [status, headers] = [308, session.data.length > 0 ? { range: `bytes=0-${session.data.length - 1}` } : {}];
    } else {
      assert.equal(request.headers["x-goog-signed"], "1");
      if (this.objects.has(id)) status = 412;
      else if (action === "start") {
        const session = `${id}.${this.sessions.size}`;
        this.sessions.set(session, { item: id, data: Buffer.alloc(0) });
        [status, headers] = [201, { location: `${this.server.origin}/storage/session/${session}` }];
      } else this.#complete(id, request.body);
    }
    if (fault === "drop after") return void response.socket?.destroy();
    response.writeHead(status, headers).end();
  }

  #complete(item: string, data: Buffer): void {
    this.objects.set(item, data);
    const found = this.items.get(item);
    if (found) found.status = "processing";
  }

  requests(prefix: string): number {
    return this.server.log.filter((line) => line.includes(prefix)).length;
  }
}

const content = (bytes: number) => new Uint8Array(randomBytes(bytes));
const png = (data: Uint8Array<ArrayBuffer>, name = "scan.png") =>
  new File([data], name, { type: "image/png", lastModified: 1000 });

/** Waits until an upload has sent this many bytes. */
async function reached(upload: Upload, bytes: number): Promise<void> {
  while (upload.sent < bytes) await new Promise((resolve) => setTimeout(resolve, 2));
}

test("a small file is sent in one request, with its checksum and the signed headers", async () => {
  const platform = await Platform.start();
  const data = content(1000);
  const seen: string[] = [];
  const upload = platform.client().upload(png(data), {
    project_id,
    domain: "letters",
    onChange: ({ state, sent, total }) => seen.push(`${state} ${sent}/${total}`),
  });
  const item = await upload.done;
  assert.deepEqual([item.id, item.kind], ["item-1", "document"]);
  assert.ok(platform.objects.get("item-1")?.equals(data));
  assert.deepEqual(platform.items.get("item-1")?.body, {
    project_id,
    filename: "scan.png",
    content_type: "image/png",
    size_bytes: 1000,
    crc32c: await checksum(new Blob([data])),
    domain: "letters",
  });
  assert.equal(seen[0], "uploading 0/1000");
  assert.equal(seen.at(-1), "done 1000/1000");
});

test("a recording without a name becomes a voice sample", async () => {
  const platform = await Platform.start();
  const blob = new Blob([content(10)], { type: "audio/webm;codecs=opus" });
  const item = await platform.client().upload(blob, { project_id, language: "de-DE", checksum: false }).done;
  assert.equal(item.kind, "voice");
  assert.deepEqual(platform.items.get("item-1")?.body, {
    project_id,
    filename: "recording.webm",
    content_type: "audio/webm",
    size_bytes: 10,
    language: "de-DE",
  });
});

test("a file that the API would refuse is refused at once", async () => {
  const platform = await Platform.start();
  const text = new File(["hello"], "a.txt", { type: "text/plain" });
  assert.throws(() => platform.client().upload(text, { project_id }), UnsupportedFileError);
  assert.equal(platform.server.log.length, 0);
});

test("a resumable upload survives lost connections, errors and chunks that were not kept", async () => {
  const platform = await Platform.start();
  const data = content(5 * CHUNK + 17);
  platform.faults = ["drop", 503, "ok", "ok", "drop after", "drop", "ok", "ok", "keep nothing", 429];
  const upload = platform.client().upload(png(data), { project_id, resumable: true });
  await upload.done;
  assert.ok(platform.objects.get("item-1")?.equals(data));
  // Only the chunk that was not kept is sent again.
  assert.equal(platform.received, data.length + CHUNK);
});

test("a response that was lost after the last byte does not fail the upload", async () => {
  const platform = await Platform.start();
  platform.faults = ["drop after"];
  await platform.client().upload(png(content(10)), { project_id }).done;
  assert.equal(platform.requests("PUT /storage/put"), 2);
  platform.faults = ["ok", "drop after"];
  await platform.client().upload(png(content(10)), { project_id, resumable: true }).done;
});

test("a failed creation is repeated with the same key", async () => {
  const platform = await Platform.start();
  let failed = false;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const response = await globalThis.fetch(input, init);
    if (failed || !(input as Request).url.endsWith("/documents")) return response;
    failed = true;
    throw new TypeError("connection lost");
  };
  const alta = new AltaData({ origin: platform.server.origin, fetch });
  await alta.upload(png(content(10)), { project_id }).done;
  assert.equal(platform.keys.length, 2);
  assert.equal(platform.keys[0], platform.keys[1]);
});

test("an expired address is renewed", async () => {
  const platform = await Platform.start();
  platform.faults = [400];
  await platform.client().upload(png(content(10)), { project_id }).done;
  assert.equal(platform.requests("/upload-url"), 1);

  platform.faults = ["ok", "ok", 410];
  const data = content(3 * CHUNK);
  const item = await platform.client().upload(png(data), { project_id, resumable: true }).done;
  assert.ok(platform.objects.get(item.id)?.equals(data));
});

test("a refusal fails the upload, and resume tries again", async () => {
  const platform = await Platform.start();
  platform.faults = [413];
  const upload = platform.client().upload(png(content(10)), { project_id });
  await assert.rejects(upload.done, (error) => error instanceof StorageError && error.status === 413);
  assert.equal(upload.state, "failed");
  assert.ok(upload.error instanceof StorageError);
  upload.resume();
  await upload.done;
  assert.equal(upload.state, "done");
  assert.equal(platform.items.size, 1);
});

test("a paused upload goes on where it stopped", async () => {
  const platform = await Platform.start();
  platform.delay = 10;
  const data = content(6 * CHUNK);
  const upload = platform.client().upload(png(data), { project_id, resumable: true });
  await reached(upload, 2 * CHUNK);
  upload.pause();
  assert.equal(upload.state, "paused");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const before = platform.requests("PUT /storage/session");
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(platform.requests("PUT /storage/session"), before, "nothing is sent during a pause");
  upload.resume();
  await upload.done;
  assert.ok(platform.objects.get("item-1")?.equals(data));
  assert.equal(platform.requests("POST /storage/start"), 1);
});

test("pause and resume in one go lose nothing", async () => {
  const platform = await Platform.start();
  const upload = platform.client().upload(png(content(2 * CHUNK)), { project_id, resumable: true });
  upload.pause();
  upload.resume();
  await reached(upload, CHUNK);
  upload.pause();
  upload.resume();
  await upload.done;
});

test("an interrupted upload continues after a reload when the same file is chosen", async () => {
  const platform = await Platform.start();
  platform.delay = 10;
  const store = memoryUploadStore();
  const data = content(6 * CHUNK);
  const before = platform.client(store).upload(png(data), { project_id, resumable: true });
  await reached(before, 3 * CHUNK);
  before.pause();

  const reloaded = platform.client(store);
  const [kept] = await reloaded.uploads.interrupted(project_id);
  assert.equal(kept?.filename, "scan.png");
  const sent: number[] = [];
  const after = reloaded.upload(png(data), { project_id, onChange: (upload) => sent.push(upload.sent) });
  const item = await after.done;
  assert.equal(item.id, "item-1");
  assert.ok(platform.objects.get("item-1")?.equals(data));
  assert.ok(
    sent.every((bytes) => bytes === 0 || bytes >= 2 * CHUNK),
    "nothing is sent twice",
  );
  assert.deepEqual(await reloaded.uploads.interrupted(), []);
});

test("another file of the same name and size is another upload", async () => {
  const platform = await Platform.start();
  platform.delay = 10;
  const store = memoryUploadStore();
  const before = platform.client(store).upload(png(content(3 * CHUNK)), { project_id, resumable: true });
  await reached(before, CHUNK);
  before.pause();
  const item = await platform.client(store).upload(png(content(3 * CHUNK)), { project_id, resumable: true }).done;
  assert.equal(item.id, "item-2");
});

test("an interrupted upload whose item was deleted begins again", async () => {
  const platform = await Platform.start();
  platform.delay = 10;
  const store = memoryUploadStore();
  const data = content(3 * CHUNK);
  const before = platform.client(store).upload(png(data), { project_id, resumable: true });
  await reached(before, CHUNK);
  before.pause();
  platform.items.clear();
  platform.items.set("other", { status: "draft", body: {}, replaced: 0 });
  const item = await platform.client(store).upload(png(data), { project_id, resumable: true }).done;
  assert.equal(item.id, "item-2");
});

test("a canceled upload deletes its item", async () => {
  const platform = await Platform.start();
  platform.delay = 10;
  const store = memoryUploadStore();
  const upload = platform.client(store).upload(png(content(6 * CHUNK)), { project_id, resumable: true });
  await reached(upload, CHUNK);
  const canceled = upload.cancel();
  await assert.rejects(upload.done, { name: "AbortError" });
  await canceled;
  assert.equal(upload.state, "canceled");
  assert.equal(platform.items.size, 0);
  assert.deepEqual(await store.list(), []);
});

test("a signal cancels an upload, also before it begins and during a pause", async () => {
  const platform = await Platform.start();
  await assert.rejects(platform.client().upload(png(content(9)), { project_id, signal: AbortSignal.abort() }).done);
  assert.equal(platform.server.log.length, 0);
  const controller = new AbortController();
  const upload = platform.client().upload(png(content(9)), { project_id, signal: controller.signal });
  upload.pause();
  await new Promise((resolve) => setTimeout(resolve, 20));
  controller.abort(new Error("enough"));
  await assert.rejects(upload.done, { message: "enough" });
});

test("an upload that is canceled while its item is created leaves no item", async () => {
  const platform = await Platform.start();
  const upload = platform.client().upload(png(content(9)), { project_id });
  while (platform.server.log.length === 0) await new Promise((resolve) => setImmediate(resolve));
  await upload.cancel();
  assert.equal(platform.items.size, 0);
});

test("a discarded upload is forgotten and its item deleted", async () => {
  const platform = await Platform.start();
  const store = memoryUploadStore();
  const alta = platform.client(store);
  platform.faults = [413];
  const upload = alta.upload(png(content(10)), { project_id });
  await assert.rejects(upload.done);
  const [kept] = await alta.uploads.interrupted();
  assert.ok(kept);
  await alta.uploads.discard(kept);
  assert.equal(platform.items.size, 0);
});

test("the next file of a failed item is another upload of the item", async () => {
  const platform = await Platform.start();
  platform.items.set("item-9", { status: "failed", body: {}, replaced: 0 });
  const item = await platform.client().upload(png(content(10)), { item_id: "item-9" }).done;
  assert.equal(item.id, "item-9");
  assert.equal(platform.requests("POST /documents/item-9/upload-url"), 1);
  platform.items.set("item-8", { status: "processing", body: {}, replaced: 0 });
  const refused = platform.client().upload(png(content(10)), { item_id: "item-8" });
  await assert.rejects(refused.done, (error) => isProblem(error, "invalid_state"));
});

test("only a limited number of files is uploaded at once", async () => {
  const platform = await Platform.start();
  platform.delay = 20;
  const alta = platform.client();
  const uploads = Array.from({ length: 6 }, (_, n) => alta.upload(png(content(10), `${n}.png`), { project_id }));
  uploads[4]?.pause();
  await Promise.all(uploads.filter((_, n) => n !== 4).map((upload) => upload.done));
  assert.equal(platform.most, 2);
  uploads[4]?.resume();
  await uploads[4]?.done;
  assert.equal(platform.objects.size, 6);
});
