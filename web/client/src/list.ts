/** Lists as async iterators. */

import type { Api, Init, PathsWith, Result } from "./api.js";
import type { paths } from "./types.js";

/** The paths that return a list, page by page. */
export type ListPath = {
  [P in PathsWith<"get">]: Result<"get", P> extends { items: unknown[]; next_cursor?: string | null } ? P : never;
}[PathsWith<"get">];

/** An entry of a list. */
export type Entry<P extends keyof paths> = Result<"get", P> extends { items: (infer E)[] } ? E : never;

/** The entries of a list. Each page is requested when the iteration reaches it. */
export class List<E> implements AsyncIterable<E> {
  readonly #page: (cursor: string | null) => Promise<Page<E>>;

  constructor(page: (cursor: string | null) => Promise<Page<E>>) {
    this.#page = page;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<E, void, undefined> {
    for await (const page of this.pages()) yield* page;
  }

  /** Iterates over whole pages. */
  async *pages(): AsyncGenerator<E[], void, undefined> {
    let cursor: string | null = null;
    do {
      const page: Page<E> = await this.#page(cursor);
      yield page.items;
      cursor = page.next_cursor ?? null;
    } while (cursor !== null);
  }

  /** Returns all entries, at most `limit`. */
  async all(limit = Number.POSITIVE_INFINITY): Promise<E[]> {
    const all: E[] = [];
    if (limit <= 0) return all;
    for await (const entry of this) {
      all.push(entry);
      if (all.length >= limit) break;
    }
    return all;
  }
}

interface Page<E> {
  items: E[];
  next_cursor?: string | null;
}

interface ListInit {
  params?: { query?: object };
}

/** Returns the list at a path. */
export function list<P extends ListPath>(api: Api, path: P, init?: Init<"get", P>): List<Entry<P>> {
  const given: ListInit = init ?? {};
  // The compiler cannot apply the condition of `ListPath` to a type parameter.
  const get = api.get as unknown as (path: P, init: ListInit) => Promise<Page<Entry<P>>>;
  return new List((cursor) => {
    const query = cursor === null ? given.params?.query : { ...given.params?.query, cursor };
    return get(path, { ...given, params: { ...given.params, ...(query && { query }) } });
  });
}
