import { useInfiniteQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { type Page, pagesQuery, type ViewedItem } from "./queries";

/** The text of a page, as far as it is known. */
export interface LoadedPage {
  /** The page; undefined while it loads, and if the engine found nothing on it. */
  readonly page: Page | undefined;
  readonly isPending: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
}

/** Loads the text of a page, and of those before it, since the API lists pages in order. */
export function usePage(item: ViewedItem, number: number): LoadedPage {
  const list = useInfiniteQuery(pagesQuery(item));
  const { data, hasNextPage, isFetching, isError, fetchNextPage } = list;
  const missing = !data || (data.at(-1)?.number ?? 0) < number;
  useEffect(() => {
    if (missing && hasNextPage && !isFetching && !isError) void fetchNextPage();
  }, [missing, hasNextPage, isFetching, isError, fetchNextPage]);
  return {
    page: data?.find((page) => page.number === number),
    isPending: list.isPending || (missing && hasNextPage && !isError),
    error: list.error,
    retry: () => void (data ? fetchNextPage() : list.refetch()),
  };
}
