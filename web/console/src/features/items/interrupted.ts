import { queryOptions } from "@tanstack/react-query";
import { alta } from "#/api/alta";

/** The key of the uploads of a project that were interrupted. */
export function interruptedKey(project_id: string) {
  return ["interrupted-uploads", project_id] as const;
}

/** The uploads of a project that a reload interrupted. */
export function interruptedQuery(project_id: string) {
  return queryOptions({
    queryKey: interruptedKey(project_id),
    queryFn: () => alta.uploads.interrupted(project_id),
  });
}
