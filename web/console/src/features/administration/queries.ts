import { queryOptions } from "@tanstack/react-query";
import { alta } from "#/api/alta";
import { listOptions } from "#/api/lists";
import { type AuditFilter, auditParams } from "#/features/audit/filter";
import { matches } from "./dead-letter";
import type { DeadLettersSearch, UsersSearch } from "./routes";

/** The users of the platform. */
export function usersQuery({ q, role, status, verified }: UsersSearch) {
  return listOptions(["users", { q, role, status, verified }], "/admin/users", {
    query: {
      ...(q && { q }),
      ...(role && { role }),
      ...(status && { status }),
      ...(verified && { verified }),
      limit: 50,
    },
  });
}

/** One user with their memberships. */
export function userQuery(user_id: string) {
  return queryOptions({
    queryKey: ["user", user_id],
    queryFn: ({ signal }) => alta.get("/admin/users/{user_id}", { params: { path: { user_id } }, signal }),
  });
}

/** The audit log of the platform. */
export function auditLogQuery({ project_id, ...filter }: AuditFilter & { readonly project_id?: string | undefined }) {
  return listOptions(["audit-log", "platform", { project_id, ...filter }], "/admin/audit-logs", {
    query: { ...auditParams(filter), ...(project_id && { project_id }), limit: 50 },
  });
}

/** The numbers of dead letters that match, however many are loaded. The API lists them without a filter. */
export function deadLetterCountQuery(filter: DeadLettersSearch) {
  return queryOptions({
    queryKey: ["dead-letters", "count", filter],
    queryFn: async ({ signal }) => {
      const count = { all: 0, replayable: 0 };
      for await (const letter of alta.list("/admin/dead-letters", { params: { query: { limit: 200 } }, signal })) {
        if (!matches(letter, filter)) continue;
        count.all += 1;
        if (letter.replayable) count.replayable += 1;
      }
      return count;
    },
    staleTime: 0,
    gcTime: 0,
  });
}

/** The messages that could not be delivered, newest first. */
export const deadLettersQuery = listOptions(["dead-letters"], "/admin/dead-letters", { query: { limit: 100 } });
