import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "#/app/lazy-page";
import { appRoute } from "#/app/root-routes";
import { oneOf, type RawSearch, text } from "#/app/search";
import { type AuditFilter, auditSearch } from "#/features/audit/filter";
import { i18n } from "#/i18n";

export const ROLES = ["user", "super_admin"] as const;
export const STATUSES = ["active", "suspended"] as const;

/** The parameters of the list of users. `user` is the one that is open. */
export interface UsersSearch {
  readonly q?: string | undefined;
  readonly role?: (typeof ROLES)[number] | undefined;
  readonly status?: (typeof STATUSES)[number] | undefined;
  readonly verified?: "true" | "false" | undefined;
  readonly user?: string | undefined;
}

export const usersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/administration/users",
  validateSearch: (search: RawSearch): UsersSearch => ({
    q: text(search.q),
    role: oneOf(ROLES, search.role),
    status: oneOf(STATUSES, search.status),
    verified: oneOf(["true", "false"], search.verified),
    user: text(search.user),
  }),
  component: lazyPage("administration", () => import("./UsersPage")),
});

export const platformAuditLogRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/administration/audit-log",
  validateSearch: (search: RawSearch): AuditFilter & { project_id?: string | undefined } => ({
    ...auditSearch(search),
    project_id: text(search.project_id),
  }),
  component: lazyPage("administration", async () => {
    const [page] = await Promise.all([import("./PlatformAuditLogPage"), i18n.loadNamespaces("audit")]);
    return page;
  }),
});

/** The filters of dead letters. `from` and `to` are days, both included. */
export interface DeadLettersSearch {
  readonly subscription?: string | undefined;
  readonly cause?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export const deadLettersRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/administration/dead-letters",
  validateSearch: (search: RawSearch): DeadLettersSearch => {
    const { from, to } = auditSearch(search);
    return { subscription: text(search.subscription), cause: text(search.cause), from, to };
  },
  component: lazyPage("administration", () => import("./DeadLettersPage")),
});

export const administrationRoutes = [usersRoute, platformAuditLogRoute, deadLettersRoute] as const;
