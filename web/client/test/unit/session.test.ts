import assert from "node:assert/strict";
import { after, test } from "node:test";
import { AltaData, isProblem, memoryStore, memoryUploadStore, type TokenStore } from "../../src/index.js";
import { json, problem, serve, type TestServer } from "./server.js";

/** Imitates the API's sessions: each refresh token is good for one use. */
class Auth {
  refreshes = 0;
  revoked = false;
  expires_in = 900;
  failures: (number | "drop")[] = [];
  accepted = new Set<string>();
  #refreshToken = "";
  #count = 0;
  server!: TestServer;

  static async start(): Promise<Auth> {
    const auth = new Auth();
    auth.server = await serve(async (request, response) => {
      const { method, path, headers } = request;
      if (path === "/auth/login") {
        const { password } = request.json<{ password: string }>();
        if (password !== "right") return problem(response, 401, "invalid_credentials");
        return json(response, 200, auth.#issue());
      }
      if (path === "/auth/refresh") {
        const failure = auth.failures.shift();
        if (failure === "drop") return void response.socket?.destroy();
        if (failure) return problem(response, failure, "unavailable");
        auth.refreshes += 1;
        await new Promise((resolve) => setTimeout(resolve, 20));
        const { refresh_token } = request.json<{ refresh_token: string }>();
        if (auth.revoked || refresh_token !== auth.#refreshToken) return problem(response, 401, "refresh_reused");
        return json(response, 200, auth.#issue());
      }
      if (!auth.accepted.has(headers.authorization ?? "")) return problem(response, 401, "unauthenticated");
      if (path === "/auth/reauthenticate") return problem(response, 401, "invalid_credentials");
      if (path === "/auth/logout") auth.accepted.clear();
      if (method === "DELETE" || path === "/auth/logout") return void response.writeHead(204).end();
      return json(response, 200, { path, body: request.body.toString() });
    });
    after(() => auth.server.close());
    return auth;
  }

  #issue() {
    this.#count += 1;
    this.#refreshToken = `refresh-${this.#count}`;
    this.accepted.add(`Bearer access-${this.#count}`);
    const access_token = `access-${this.#count}`;
    return { access_token, token_type: "bearer", expires_in: this.expires_in, refresh_token: this.#refreshToken };
  }

  client(store?: TokenStore): AltaData {
    const client = new AltaData({ origin: this.server.origin, ...(store && { store }) });
    after(() => client.close());
    return client;
  }
}

const credentials = { email: "ada@example.org", password: "right" };

function shared(name: string): TokenStore {
  return { ...memoryStore(), name };
}

test("a call carries the access token, and one without a session does not", async () => {
  const auth = await Auth.start();
  const alta = auth.client();
  await assert.rejects(alta.get("/auth/me"), (error) => isProblem(error, "unauthenticated"));
  await alta.session.signIn(credentials);
  await alta.get("/auth/me");
  assert.equal(auth.refreshes, 0);
  assert.equal(alta.session.signedIn, true);
});

test("a wrong password is a problem and leaves no session", async () => {
  const auth = await Auth.start();
  const alta = auth.client();
  const wrong = alta.session.signIn({ ...credentials, password: "wrong" });
  await assert.rejects(wrong, (error) => isProblem(error, "invalid_credentials"));
  assert.equal(await alta.session.restore(), false);
});

test("many callers share one refresh", async () => {
  const auth = await Auth.start();
  auth.expires_in = 10;
  const alta = auth.client();
  await alta.session.signIn(credentials);
  auth.expires_in = 900;
  await Promise.all(Array.from({ length: 20 }, () => alta.get("/auth/me")));
  assert.equal(auth.refreshes, 1);
});

test("a token that the server refuses is refreshed, and the request is sent again with its body", async () => {
  const auth = await Auth.start();
  const alta = auth.client();
  await alta.session.signIn(credentials);
  auth.accepted.clear();
  const answers = await Promise.all([1, 2, 3].map((n) => alta.post("/projects", { body: { name: `Letters ${n}` } })));
  assert.equal(auth.refreshes, 1);
  assert.deepEqual(
    answers.map((answer) => JSON.parse((answer as unknown as { body: string }).body).name),
    ["Letters 1", "Letters 2", "Letters 3"],
  );
});

test("a wrong password during reauthentication does not refresh the session", async () => {
  const auth = await Auth.start();
  const alta = auth.client();
  await alta.session.signIn(credentials);
  await assert.rejects(alta.session.reauthenticate("wrong"), (error) => isProblem(error, "invalid_credentials"));
  assert.equal(auth.refreshes, 0);
  assert.equal(alta.session.signedIn, true);
});

test("a session continues after a reload", async () => {
  const auth = await Auth.start();
  const store = memoryStore();
  await auth.client(store).session.signIn(credentials);
  const reloaded = auth.client(store);
  assert.equal(await reloaded.session.restore(), true);
  await reloaded.get("/auth/me");
});

test("tabs share one refresh", async () => {
  const auth = await Auth.start();
  const store = shared("tabs-1");
  const first = auth.client(store);
  await first.session.signIn(credentials);
  const tabs = Array.from({ length: 5 }, () => auth.client(store));
  const restored = await Promise.all(tabs.map((tab) => tab.session.restore()));
  assert.deepEqual(restored, [true, true, true, true, true]);
  assert.equal(auth.refreshes, 1);
});

test("a sign-in and a sign-out reach other tabs, but no client with another store", async () => {
  const auth = await Auth.start();
  const store = shared("tabs-2");
  const [here, there, stranger] = [auth.client(store), auth.client(store), auth.client()];
  const changes: boolean[] = [];
  there.session.onChange((signedIn) => changes.push(signedIn));
  await here.session.signIn(credentials);
  await new Promise((resolve) => setTimeout(resolve, 50));
  await there.get("/auth/me");
  await here.session.signOut();
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.deepEqual(changes, [true, false]);
  assert.equal(stranger.session.signedIn, undefined);
  assert.equal(auth.refreshes, 0);
});

test("a refresh without an answer is repeated with the same token", async () => {
  const auth = await Auth.start();
  const store = memoryStore();
  await auth.client(store).session.signIn(credentials);
  auth.failures = ["drop", 503];
  assert.equal(await auth.client(store).session.restore(), true);
  assert.equal(auth.refreshes, 1);
});

test("a session that cannot be refreshed at the moment is kept", async () => {
  const auth = await Auth.start();
  const store = memoryStore();
  await auth.client(store).session.signIn(credentials);
  auth.failures = [429];
  const alta = auth.client(store);
  await assert.rejects(alta.session.restore(), (error) => isProblem(error) && error.status === 429);
  assert.equal(await alta.session.restore(), true);
});

test("many callers share one failed refresh", async () => {
  const auth = await Auth.start();
  const store = memoryStore();
  await auth.client(store).session.signIn(credentials);
  auth.failures = [429];
  const alta = auth.client(store);
  const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => alta.get("/auth/me")));
  assert.ok(outcomes.every(({ status }) => status === "rejected"));
  assert.equal(auth.refreshes, 0);
});

test("a revoked session ends, and listeners hear it", async () => {
  const auth = await Auth.start();
  const store = memoryStore();
  const alta = auth.client(store);
  const changes: boolean[] = [];
  const stop = alta.session.onChange((signedIn) => changes.push(signedIn));
  await alta.session.signIn(credentials);
  [auth.revoked] = [true];
  auth.accepted.clear();
  await assert.rejects(alta.get("/auth/me"), (error) => isProblem(error, "unauthenticated"));
  assert.deepEqual(changes, [true, false]);
  assert.equal(await store.get(), null);
  stop();
});

test("a sign-out ends the session here and at the server", async () => {
  const auth = await Auth.start();
  const store = memoryStore();
  const alta = auth.client(store);
  await alta.session.signIn(credentials);
  await alta.session.signOutEverywhere();
  assert.deepEqual(auth.server.log.slice(-2), ["DELETE /users/me/sessions", "POST /auth/logout"]);
  assert.equal(await store.get(), null);
  assert.equal(alta.session.signedIn, false);
});

test("a sign-out without the server deletes the tokens and rejects", async () => {
  const auth = await Auth.start();
  const store = memoryStore();
  const alta = auth.client(store);
  await alta.session.signIn(credentials);
  auth.server.close();
  await assert.rejects(alta.session.signOut(), { name: "ConnectionError" });
  assert.equal(await store.get(), null);
});

test("a sign-out forgets interrupted uploads, and a page without a session does not", async () => {
  const auth = await Auth.start();
  const uploadStore = memoryUploadStore();
  const began = Date.now();
  const file = { filename: "a.pdf", content_type: "application/pdf", size_bytes: 1, last_modified: 1, crc32c: null };
  uploadStore.put({ item_id: "1", kind: "document", project_id: "2", replaces: false, ...file, session: "url", began });
  const alta = new AltaData({ origin: auth.server.origin, uploadStore });
  assert.equal(await alta.session.restore(), false);
  assert.equal((await alta.uploads.interrupted()).length, 1);
  await alta.session.signIn(credentials);
  await alta.session.signOut();
  assert.equal((await alta.uploads.interrupted()).length, 0);
});
