/** Places that outlive a page. */

/** Holds the refresh token of a session. */
export interface TokenStore {
  /**
   * The name of the stored session. Clients whose stores have the same name share one session: its lock, and through
   * `BroadcastChannel` its access token. Leave it out for a store of a single client.
   */
  readonly name?: string;
  get(): string | null | Promise<string | null>;
  set(token: string): void | Promise<void>;
  delete(): void | Promise<void>;
}

/** Keeps the refresh token in a `Storage`: `localStorage` for all tabs, `sessionStorage` for one. */
export function webStore(storage: Storage, key: string): TokenStore {
  return {
    ...(storage === browserStorage() && { name: key }),
    get: () => storage.getItem(key),
    set: (token) => storage.setItem(key, token),
    delete: () => storage.removeItem(key),
  };
}

/** Keeps the refresh token as long as the page or process lives. */
export function memoryStore(): TokenStore {
  let kept: string | null = null;
  return {
    get: () => kept,
    set: (token) => {
      kept = token;
    },
    delete: () => {
      kept = null;
    },
  };
}

/** Returns `localStorage`, or null outside of a browser and where the user has switched it off. */
export function browserStorage(): Storage | null {
  // Node has a `localStorage` too, which warns when it is touched.
  if (typeof document === "undefined") return null;
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
