/** The session of a user: sign-in, refresh and sign-out. */

import { type Api, createApi } from "./api.js";
import { withLock } from "./lock.js";
import { assertion, type PasskeyRequest } from "./passkeys.js";
import { isProblem, isTransient, type ProblemError, problemOf } from "./problem.js";
import { type Backoff, withRetry } from "./retry.js";
import type { TokenStore } from "./stores.js";
import { type Access, Tabs } from "./tabs.js";
import type { Fetch, Schema } from "./types.js";

/** An access token is refreshed when it is valid for less than this, in milliseconds. */
const MARGIN = 30_000;
/** The time that another tab has to send its new access token, in milliseconds. */
const TAB_TIMEOUT = 500;
/** A refresh may be repeated for 10 seconds, because until then the server returns the same tokens again. */
const BACKOFF: Backoff = { first: 300, longest: 2000, failures: 3 };

/** The session of a client. The access token stays in memory; the refresh token stays in the store. */
export class Session {
  readonly #open: Api;
  readonly #api: Api;
  readonly #send: Fetch;
  readonly #store: TokenStore;
  readonly #lock: string;
  readonly #tabs: Tabs;
  readonly #listeners = new Set<(signedIn: boolean) => void>();
  #access: Access = null;
  #refreshing: Promise<string | null> | null = null;
  #signedIn: boolean | undefined;

  constructor(origin: string, send: Fetch, store: TokenStore) {
    this.#send = send;
    this.#store = store;
    // A store without a name belongs to this client alone.
    this.#lock = store.name ?? `alta-data ${Math.random()}`;
    this.#tabs = new Tabs(store.name, (access) => this.#adopt(access));
    this.#open = createApi(origin, send);
    this.#api = createApi(origin, this.fetch);
  }

  /** The calls with this session's access token. */
  get api(): Api {
    return this.#api;
  }

  /** True after a sign-in, false after a sign-out, undefined until the first refresh has ended. */
  get signedIn(): boolean | undefined {
    return this.#signedIn;
  }

  /** Calls a function after each sign-in and sign-out, in any tab. Returns a function that removes it. */
  onChange(listener: (signedIn: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Continues the session of an earlier visit. Resolves to false if there is none, or if it has ended. */
  async restore(): Promise<boolean> {
    return (await this.accessToken()) !== null;
  }

  async signIn(credentials: Schema<"PasswordLogin">): Promise<void> {
    await this.#begin(credentials);
  }

  async signInWithPasskey(request?: PasskeyRequest): Promise<void> {
    await this.#begin(await assertion(this.#open, request));
  }

  /** Proves the user's presence again, for the next 10 minutes. Without a password, the browser asks for a passkey. */
  async reauthenticate(password?: string): Promise<Schema<"RecentUntil">> {
    const body = password === undefined ? await assertion(this.#open) : { password };
    return this.#api.post("/auth/reauthenticate", { body });
  }

  /**
   * Ends this session. The tokens on this device are deleted in any case. Rejects if the request fails: then the
   * session is valid until it expires, or until the user ends it from another one.
   */
  async signOut(): Promise<void> {
    try {
      await this.#api.post("/auth/logout");
    } catch (error) {
      if (!isProblem(error, "unauthenticated")) throw error;
    } finally {
      await withLock(this.#lock, () => this.#end());
    }
  }

  /** Ends all sessions of the user. Rejects, and leaves this session open, if the others could not be ended. */
  async signOutEverywhere(): Promise<void> {
    await this.#api.delete("/users/me/sessions");
    await this.signOut();
  }

  /**
   * Returns a valid access token, or null without a session. Callers at the same time share one refresh. `rejected` is
   * a token that the server refused.
   */
  async accessToken(rejected?: string): Promise<string | null> {
    const access = this.#access;
    if (access && access.token !== rejected && access.expiresAt - Date.now() > MARGIN) return access.token;
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  /** Sends a request with the access token. If the server refuses the token, refreshes it and sends the request again. */
  readonly fetch: Fetch = async (request) => {
    const token = await this.accessToken();
    const response = await this.#send(authorized(request.clone(), token));
    if (token === null || !(await isUnauthenticated(response))) return response;
    const next = await this.accessToken(token);
    return next === null ? response : this.#send(authorized(request, next));
  };

  /** Stops listening to other tabs. The session itself stays open. */
  close(): void {
    this.#tabs.close();
    this.#listeners.clear();
  }

  async #begin(proof: Schema<"PasswordLoginProof">): Promise<void> {
    const tokens = await this.#open.post("/auth/login", { body: proof });
    await withLock(this.#lock, () => this.#keep(tokens));
  }

  async #refresh(): Promise<string | null> {
    const stale = this.#access?.token;
    const seen = await this.#store.get();
    return withLock(this.#lock, async () => {
      const kept = await this.#store.get();
      if (kept === null) {
        this.#adopt(null);
        return null;
      }
      // Another tab refreshed while this one waited for the lock, and sent its access token.
      if (kept !== seen && this.#access?.token === stale) await this.#tabs.next(TAB_TIMEOUT);
      const access: Access = this.#access;
      if (access && access.token !== stale) return access.token;
      return this.#rotate(kept);
    });
  }

  async #rotate(refresh_token: string): Promise<string | null> {
    try {
      const tokens = await withRetry({ backoff: BACKOFF, isRetryable: isUnanswered }, () =>
        this.#open.post("/auth/refresh", { body: { refresh_token } }),
      );
      return await this.#keep(tokens);
    } catch (error) {
      if (!isProblem(error) || error.status !== 401) throw error;
      await this.#end();
      return null;
    }
  }

  async #keep({ access_token, expires_in, refresh_token }: Schema<"Tokens">): Promise<string> {
    await this.#store.set(refresh_token);
    const access = { token: access_token, expiresAt: Date.now() + expires_in * 1000 };
    this.#tabs.send(access);
    this.#adopt(access);
    return access_token;
  }

  async #end(): Promise<void> {
    await this.#store.delete();
    this.#tabs.send(null);
    this.#adopt(null);
  }

  #adopt(access: Access): void {
    this.#access = access;
    const signedIn = access !== null;
    if (signedIn === this.#signedIn) return;
    this.#signedIn = signedIn;
    for (const listener of this.#listeners) listener(signedIn);
  }
}

function authorized(request: Request, token: string | null): Request {
  if (token !== null) request.headers.set("authorization", `Bearer ${token}`);
  return request;
}

// A wrong password is a 401 too, and says nothing about the token.
async function isUnauthenticated(response: Response): Promise<boolean> {
  if (response.status !== 401) return false;
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null);
  const { code }: ProblemError = problemOf(response, body);
  return code === "unauthenticated";
}

// Too many requests are no reason to send more.
function isUnanswered(error: unknown): boolean {
  return isTransient(error) && !(isProblem(error) && error.status === 429);
}
