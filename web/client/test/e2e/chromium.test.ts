/** The client in Chromium, on pages of another origin than the API, against the running platform. */

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { CDPSession, Page } from "playwright-core";
import type * as Library from "../../src/index.js";
import { open, PAGE, withBrowser } from "./browser.js";
import { origin, register, samplePath } from "./platform.js";

declare const alta: Library.AltaData;
declare const library: typeof Library;

/** Signs a page in, and returns the id of a new project. */
function begin(page: Page, account: { email: string; password: string }): Promise<string> {
  return page.evaluate(async (account) => {
    await alta.session.signIn(account);
    return (await alta.post("/projects", { body: { name: "Letters" } })).id;
  }, account);
}

/** Counts the requests of a page to a path of the API. */
function count(page: Page, path: string): () => number {
  let requests = 0;
  page.on("request", (request) => {
    if (request.method() === "POST" && request.url() === origin + path) requests += 1;
  });
  return () => requests;
}

test("a page of another origin uploads a scan and shows its text live", async () => {
  const account = await register();
  await withBrowser({ "/": PAGE }, async (context) => {
    const page = await open(context);
    const project_id = await begin(page, account);
    await page.setInputFiles("input", samplePath("page.png"));
    const seen = await page.evaluate(async (project_id) => {
      const [file] = document.querySelector("input")?.files ?? [];
      if (!file) throw new Error("no file");
      const progress: number[] = [];
      const events = alta.events(project_id);
      await events.opened;
      const item = await alta.upload(file, { project_id, onChange: ({ sent }) => progress.push(sent) }).done;
      const states: string[] = [];
      for await (const { to } of events) {
        states.push(to);
        if (to === "approved") break;
      }
      return { progress, states, size: file.size, text: library.textOf(await alta.processed(item)) };
    }, project_id);
    assert.equal(seen.progress.at(-1), seen.size);
    assert.deepEqual(seen.states, ["draft", "processing", "approved"]);
    const expected = await readFile(samplePath("page.txt"), "utf8");
    const first = expected.trim().split(/\s+/).slice(0, 3).join(" ");
    assert.ok(seen.text?.includes(first), `${seen.text?.slice(0, 80)} has ${first}`);
  });
});

test("an upload continues after the page is reloaded", async (context) => {
  const account = await register();
  const folder = await mkdtemp(join(tmpdir(), "alta-data-"));
  context.after(() => rm(folder, { recursive: true }));
  const large = join(folder, "book.pdf");
  await writeFile(large, Buffer.concat([await readFile(samplePath("book.pdf")), Buffer.alloc(2 ** 21)]));
  await withBrowser({ "/": PAGE }, async (context) => {
    const page = await open(context);
    const project_id = await begin(page, account);
    await page.setInputFiles("input", large);
    // Storage becomes slow, so that the reload interrupts the upload.
    await page.route(/upload_id=/, async (route) => {
      await new Promise((resolve) => setTimeout(resolve, 150));
      await route.continue().catch(() => {});
    });
    const before = await page.evaluate(async (project_id) => {
      const [file] = document.querySelector("input")?.files ?? [];
      if (!file) throw new Error("no file");
      const upload = alta.upload(file, { project_id, resumable: true });
      while (upload.sent < 2 * 262144) await new Promise((resolve) => setTimeout(resolve, 5));
      return { id: upload.item?.id, total: upload.total, state: upload.state };
    }, project_id);
    assert.equal(before.state, "uploading");
    await page.reload();
    await page.waitForFunction(() => "alta" in globalThis);
    await page.setInputFiles("input", large);
    const after = await page.evaluate(async (project_id) => {
      const [file] = document.querySelector("input")?.files ?? [];
      if (!file) throw new Error("no file");
      const [kept] = await alta.uploads.interrupted(project_id);
      const sent: number[] = [];
      const item = await alta.upload(file, { project_id, onChange: (upload) => sent.push(upload.sent) }).done;
      const left = await alta.uploads.interrupted();
      await alta.delete("/documents/{document_id}", { params: { path: { document_id: item.id } } });
      return { kept: kept?.item_id, id: item.id, first: sent.find((bytes) => bytes > 0) ?? 0, left: left.length };
    }, project_id);
    assert.equal(after.kept, before.id);
    assert.equal(after.id, before.id);
    assert.equal(after.left, 0);
    assert.ok(after.first >= 262144, `continues at ${after.first} of ${before.total}`);
  });
});

test("tabs share one refresh, a sign-in and a sign-out", async () => {
  const account = await register();
  await withBrowser({ "/": PAGE }, async (context) => {
    const first = await open(context);
    await begin(first, account);
    const stored = await first.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }));
    const access = await first.evaluate(() => alta.session.accessToken());
    assert.ok(access && !stored.includes(access), "the access token is not stored");

    const tabs = await Promise.all([1, 2, 3, 4].map(() => open(context)));
    const refreshes = tabs.map((tab) => count(tab, "/auth/refresh"));
    const emails = await Promise.all(tabs.map((tab) => tab.evaluate(async () => (await alta.get("/auth/me")).email)));
    assert.deepEqual(emails, Array(4).fill(account.email));
    assert.equal(
      refreshes.reduce((sum, requests) => sum + requests(), 0),
      1,
    );
    await first.evaluate(() => alta.session.signOut());
    const left = () => Promise.all(tabs.map((tab) => tab.evaluate(() => alta.session.signedIn)));
    while ((await left()).includes(true)) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(await first.evaluate(() => localStorage.length), 0);
  });
});

test("a passkey is created and signs in", async () => {
  const account = await register();
  await withBrowser({ "/": PAGE }, async (context) => {
    const page = await open(context);
    const cdp: CDPSession = await context.newCDPSession(page);
    await cdp.send("WebAuthn.enable");
    const options = {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    } as const;
    await cdp.send("WebAuthn.addVirtualAuthenticator", { options });
    await begin(page, account);
    const passkey = await page.evaluate(() => alta.createPasskey("Laptop"));
    assert.equal(passkey.name, "Laptop");
    const email = await page.evaluate(async () => {
      await alta.session.signOut();
      await alta.session.signInWithPasskey();
      await alta.session.reauthenticate();
      return (await alta.get("/auth/me")).email;
    });
    assert.equal(email, account.email);
    assert.ok(await page.evaluate(() => library.passkeysSupported()));
  });
});

test("a limit of the server is readable from another origin", async () => {
  await withBrowser({ "/": PAGE }, async (context) => {
    const page = await open(context);
    const problem = await page.evaluate(async () => {
      const credentials = { email: `${crypto.randomUUID()}@example.org`, password: "wrong password" };
      for (let attempt = 0; attempt < 50; attempt += 1) {
        const error: unknown = await alta.session.signIn(credentials).catch((reason: unknown) => reason);
        if (library.isProblem(error, "too_many_requests")) return { code: error.code, retryAfter: error.retryAfter };
      }
      return null;
    });
    assert.equal(problem?.code, "too_many_requests");
    assert.ok((problem?.retryAfter ?? 0) > 0);
  });
});
