import assert from "node:assert/strict";
import { test } from "node:test";
import { AltaData, ConnectionError, isProblem, ProblemError } from "../../src/index.js";
import { retryAfter } from "../../src/problem.js";
import { json, problem, serve } from "./server.js";

async function failure(handler: Parameters<typeof serve>[0]): Promise<unknown> {
  const server = await serve(handler);
  try {
    await new AltaData(server.origin).get("/projects");
    return assert.fail("the call succeeded");
  } catch (error) {
    return error;
  } finally {
    server.close();
  }
}

test("a problem becomes a typed error", async () => {
  const errors = [{ field: "name", code: "required", message: "is required" }];
  const error = await failure((_, response) => problem(response, 422, "invalid_fields", { errors, request_id: "r1" }));
  assert.ok(isProblem(error, "invalid_fields"));
  assert.equal(error.status, 422);
  assert.equal(error.requestId, "r1");
  assert.equal(error.message, "name: is required");
  assert.deepEqual(error.errors, errors);
  assert.ok(!isProblem(error, "not_found"));
});

test("the pause of a limit is known", async () => {
  const error = await failure((_, response) =>
    json(
      response,
      429,
      { type: "", title: "Too many", status: 429, code: "too_many_requests" },
      { "retry-after": "7" },
    ),
  );
  assert.ok(error instanceof ProblemError);
  assert.equal(error.retryAfter, 7);
  assert.ok(Math.abs((retryAfter(new Date(Date.now() + 10_000).toUTCString()) ?? 0) - 10) < 2);
});

test("the answer of a proxy becomes a problem", async () => {
  const error = await failure((_, response) => void response.writeHead(502).end("<h1>Bad gateway</h1>"));
  assert.ok(isProblem(error, "unavailable"));
  assert.equal(error.message, "Bad Gateway");
});

test("a missing answer is a connection error", async () => {
  const error = await failure((_, response) => void response.socket?.destroy());
  assert.ok(error instanceof ConnectionError);
  assert.ok(error.cause);
});

test("a signal aborts a call with its own reason", async () => {
  const server = await serve(() => {});
  const signal = AbortSignal.timeout(50);
  await assert.rejects(new AltaData(server.origin).get("/projects", { signal }), { name: "TimeoutError" });
  server.close();
});
