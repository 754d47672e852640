import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "#/app/lazy-page";
import { projectRoute } from "#/app/root-routes";
import { auditSearch } from "./filter";

export const auditLogRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/audit-log",
  validateSearch: auditSearch,
  component: lazyPage("audit", () => import("./ProjectAuditLogPage")),
});

export const auditRoutes = [auditLogRoute] as const;
