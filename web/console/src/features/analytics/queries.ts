import type { Schema } from "@alta-data/client";
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { alta } from "#/api/alta";

interface Filter {
  /** Without it, all projects that the user administers. */
  readonly project_id?: string;
  readonly timeframe: Schema<"Timeframe">;
  readonly timezone: string;
}

/** The figures of a project or of all. The last ones stay while others load. */
export function summaryQuery(filter: Filter) {
  return queryOptions({
    queryKey: ["analytics", filter],
    queryFn: ({ signal }) => alta.get("/analytics/summary", { params: { query: filter }, signal }),
    placeholderData: keepPreviousData,
  });
}
