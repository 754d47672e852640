import type { Entry, ListPath } from "@alta-data/client";
import { infiniteQueryOptions, type QueryKey } from "@tanstack/react-query";
import { alta } from "./alta";

interface Page<E> {
  items: E[];
  next_cursor?: string | null;
}

/** The parameters of a list request. */
interface ListParams {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
}

/**
 * Returns the options for `useInfiniteQuery` or `useSuspenseInfiniteQuery` on a list of the API. The data are the
 * entries of all loaded pages.
 */
export function listOptions<P extends ListPath>(queryKey: QueryKey, path: P, params: ListParams = {}) {
  // The compiler cannot apply the condition of `ListPath` to a type parameter.
  const get = alta.get as unknown as (path: P, init: object) => Promise<Page<Entry<P>>>;
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      get(path, {
        params: { ...params, query: { ...params.query, ...(pageParam !== null && { cursor: pageParam }) } },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next_cursor ?? null,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}
