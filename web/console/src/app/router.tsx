import { createRouter } from "@tanstack/react-router";
import { queryClient } from "#/api/query-client";
import { accountRoutes } from "#/features/account/routes";
import { administrationRoutes } from "#/features/administration/routes";
import { analyticsRoutes, overviewRoutes } from "#/features/analytics/routes";
import { auditRoutes } from "#/features/audit/routes";
import { authRoutes } from "#/features/auth/routes";
import { exportRoutes } from "#/features/exports/routes";
import { itemRoutes, itemsRoutes } from "#/features/items/routes";
import { memberRoutes } from "#/features/members/routes";
import { homeRoutes, projectRoutes } from "#/features/projects/routes";
import { reviewRoutes } from "#/features/review/routes";
import { PageSkeleton } from "#/ui/skeletons";
import { NotFound } from "./NotFound";
import { appRoute, projectRoute, publicRoute, rootRoute } from "./root-routes";
import { RouteError } from "./RouteError";
import { parseSearch, stringifySearch } from "./search";

const routeTree = rootRoute.addChildren([
  publicRoute.addChildren([...authRoutes]),
  appRoute.addChildren([
    ...homeRoutes,
    ...overviewRoutes,
    ...itemRoutes,
    ...accountRoutes,
    ...administrationRoutes,
    projectRoute.addChildren([
      ...projectRoutes,
      ...itemsRoutes,
      ...memberRoutes,
      ...reviewRoutes,
      ...analyticsRoutes,
      ...exportRoutes,
      ...auditRoutes,
    ]),
  ]),
]);

/** The router. `paths.json` lists the same paths for the servers of the console's page. */
export const router = createRouter({
  routeTree,
  context: { queryClient },
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  defaultPendingMs: 150,
  defaultPendingMinMs: 200,
  defaultPendingComponent: PageSkeleton,
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFound,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
