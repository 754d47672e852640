import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "#/app/lazy-page";
import { projectRoute } from "#/app/root-routes";
import { type RawSearch, text } from "#/app/search";

export const exportsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/exports",
  validateSearch: (search: RawSearch): { export?: string | undefined } => ({ export: text(search.export) }),
  component: lazyPage("exports", () => import("./ExportsPage")),
});

export const exportRoutes = [exportsRoute] as const;
