import { createRoute, redirect } from "@tanstack/react-router";
import { lazyPage } from "#/app/lazy-page";
import { appRoute, projectRoute } from "#/app/root-routes";
import { type RawSearch, text } from "#/app/search";

export const homeRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/",
  validateSearch: (search: RawSearch): { q?: string | undefined; all?: "true" | undefined } => ({
    q: text(search.q),
    all: search.all === "true" ? "true" : undefined,
  }),
  component: lazyPage("projects", () => import("./ProjectsPage")),
});

/** A project's address without a page leads to its first page. */
export const projectIndexRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/",
  validateSearch: (search: RawSearch): { export?: string | undefined } => ({ export: text(search.export) }),
  beforeLoad: ({ search: { id, export: wanted } }) => {
    // The mail about a finished export links here.
    if (wanted) throw redirect({ to: "/project/exports", search: { id, export: wanted }, replace: true });
    throw redirect({ to: "/project/items", search: { id }, replace: true });
  },
});

export const settingsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/settings",
  component: lazyPage("projects", () => import("./SettingsPage")),
});

export const homeRoutes = [homeRoute] as const;
export const projectRoutes = [projectIndexRoute, settingsRoute] as const;
