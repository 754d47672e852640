import assert from "node:assert/strict";
import type { ServerResponse } from "node:http";
import { after, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { AltaData, isProblem } from "../../src/index.js";
import { readEvents } from "../../src/server-sent-events.js";
import { json, problem, type Received, serve } from "./server.js";

const project_id = "01a224af-db2d-7370-a313-430411cb5835";

type Connection = (response: ServerResponse, request: Received) => void;

/** Serves one connection after the other. */
async function stream(...connections: Connection[]) {
  const queries: URLSearchParams[] = [];
  let tickets = 0;
  const server = await serve((request, response) => {
    if (request.path === "/events/tickets") {
      tickets += 1;
      const expires_at = new Date(Date.now() + 3_600_000).toISOString();
      return json(response, 201, { ticket: `ticket-${tickets}`, expires_at });
    }
    if (request.path.startsWith("/documents/")) {
      const now = request.path.endsWith("slow") ? "processing" : "pending_review";
      return json(response, 200, {
        id: "a",
        status: tickets > 0 && queries.length > 0 ? now : "draft",
        ocr_text: "Dear",
      });
    }
    queries.push(request.query);
    const connection = connections[queries.length - 1] ?? (() => {});
    connection(response, request);
  });
  after(() => server.close());
  return { alta: new AltaData(server.origin), queries, server, tickets: () => tickets };
}

const open = (response: ServerResponse, id = "0") =>
  response.writeHead(200, { "content-type": "text/event-stream" }).write(`retry: 10\nid: ${id}\n\n`);
const transition = (response: ServerResponse, id: string, to = "processing", item_id = "a") =>
  response.write(`id: ${id}\nevent: transition\ndata: ${JSON.stringify({ item_id, to, version: 2 })}\n\n`);

test("transitions arrive in order, and a lost connection resumes after the last one", async () => {
  const { alta, queries, tickets } = await stream(
    (response) => {
      open(response);
      transition(response, "1");
      response.end();
    },
    (response) => {
      open(response, "1");
      response.write(": heartbeat\nid: 5\n\n");
      response.socket?.destroySoon();
    },
    (response) => {
      open(response, "5");
      transition(response, "6", "pending_review");
    },
  );
  const seen: string[] = [];
  const events = alta.events(project_id);
  for await (const { to } of events) {
    seen.push(to);
    if (seen.length === 2) break;
  }
  assert.deepEqual(seen, ["processing", "pending_review"]);
  assert.equal(events.lastEventId, "6");
  assert.deepEqual(
    queries.map((query) => query.get("last_event_id")),
    [null, "1", "5"],
  );
  assert.ok(queries.every((query) => query.get("ticket") === "ticket-1" && query.get("project_id") === project_id));
  assert.equal(tickets(), 1, "a ticket serves many connections");
});

test("a stream is open before anything happened", async () => {
  const { alta } = await stream((response) => open(response));
  const events = alta.events(project_id);
  await events.opened;
  assert.equal(events.lastEventId, "0");
  events.close();
  assert.deepEqual(await events.next(), { done: true, value: undefined });
});

test("an invalid ticket is replaced", async () => {
  const { alta, queries } = await stream(
    (response) => problem(response, 401, "ticket_invalid"),
    (response) => open(response),
  );
  const events = alta.events(project_id);
  await events.opened;
  assert.deepEqual(
    queries.map((query) => query.get("ticket")),
    ["ticket-1", "ticket-2"],
  );
  events.close();
});

test("an id that the server does not know is a gap", async () => {
  const { alta, queries } = await stream(
    (response) => problem(response, 422, "invalid_fields"),
    (response) => open(response),
  );
  let gaps = 0;
  const events = alta.events(project_id, { lastEventId: "99", onGap: () => (gaps += 1) });
  await events.opened;
  assert.equal(gaps, 1);
  assert.equal(queries[1]?.get("last_event_id"), null);
  events.close();
});

test("the end of the access ends the iteration with a problem, after the events before", async () => {
  const { alta, queries } = await stream((response) => {
    open(response);
    transition(response, "1");
    response.end('event: end\ndata: {"code":"not_found"}\n\n');
  });
  const events = alta.events(project_id);
  assert.equal((await events.next()).value?.to, "processing");
  await assert.rejects(events.next(), (error) => isProblem(error, "not_found"));
  assert.equal((await events.next()).done, true);
  assert.equal(queries.length, 1);
});

test("a refusal ends the stream, and an outage does not", async () => {
  const refused = await stream((response) => problem(response, 404, "not_found"));
  await assert.rejects(refused.alta.events(project_id).opened, (error) => isProblem(error, "not_found"));
  const down = await stream(
    (response) => problem(response, 503, "unavailable"),
    (response) => open(response),
  );
  const events = down.alta.events(project_id);
  await events.opened;
  events.close();
});

test("a signal ends the stream and its connection", async () => {
  let closed = false;
  const { alta } = await stream((response) => {
    response.on("close", () => {
      closed = true;
    });
    open(response);
  });
  const controller = new AbortController();
  const events = alta.events(project_id, { signal: controller.signal });
  await events.opened;
  // Without references, Node forgets the signals of requests.
  setFlagsFromString("--expose-gc");
  for (let round = 0; round < 3; round += 1) {
    runInNewContext("gc")();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  controller.abort();
  assert.equal((await events.next()).done, true);
  while (!closed) await new Promise((resolve) => setTimeout(resolve, 5));
});

test("processed waits for the transition of its item", async () => {
  const { alta } = await stream((response) => {
    open(response);
    setTimeout(() => transition(response, "1", "pending_review", "other"), 10);
    setTimeout(() => transition(response, "2", "pending_review", "slow"), 20);
  });
  const fast = await alta.processed({ id: "a", kind: "document", project_id });
  assert.equal(fast.status, "pending_review");
  const { alta: other, server } = await stream((response) => {
    open(response);
    setTimeout(() => transition(response, "1", "pending_review", "slow"), 20);
  });
  await other.processed({ id: "slow", kind: "document", project_id });
  assert.equal(server.log.filter((line) => line === "GET /documents/slow").length, 2);
});

test("events that are cut anywhere are read whole", async () => {
  const text = 'retry: 5\nid: ä1\n\n: comment\n\nevent: transition\ndata: {"a":\ndata: "ö"}\nid: 2\r\n\r\ndata:x\n\n';
  for (const size of [1, 2, 3, 7, 1000]) {
    const bytes = new TextEncoder().encode(text);
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const events = [];
    for await (const event of readEvents(body, 1000)) events.push(event);
    assert.deepEqual(events, [
      { event: "message", data: "", id: "ä1", retry: 5 },
      { event: "message", data: "", id: "ä1", retry: null },
      { event: "transition", data: '{"a":\n"ö"}', id: "2", retry: null },
      { event: "message", data: "x", id: "2", retry: null },
    ]);
  }
});

test("a silent stream is given an end", async () => {
  const body = new ReadableStream<Uint8Array>();
  await assert.rejects(readEvents(body, 20).next(), { name: "TimeoutError" });
});
