import { isProblem } from "@alta-data/client";
import { createRootRouteWithContext, createRoute, type ErrorComponentProps, redirect } from "@tanstack/react-router";
import type { QueryClient } from "@tanstack/react-query";
import { alta } from "#/api/alta";
import { meQuery } from "#/api/session";
import { projectQuery } from "#/features/projects/queries";
import { lazyPage } from "./lazy-page";
import { NotFound } from "./NotFound";
import { RouteError } from "./RouteError";
import { type RawSearch, text } from "./search";

export interface RouterContext {
  readonly queryClient: QueryClient;
}

/** The root of the route tree. */
export const rootRoute = createRootRouteWithContext<RouterContext>()({
  notFoundComponent: NotFound,
  errorComponent: (props: ErrorComponentProps) => <RouteError {...props} />,
});

/** The routes before a sign-in, in a narrow card. */
export const publicRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "public",
  component: lazyPage("auth", () => import("#/features/auth/AuthLayout")),
});

/** The routes that need a session, inside the navigation. */
export const appRoute = createRoute({
  getParentRoute: () => rootRoute,
  id: "app",
  beforeLoad: async ({ context: { queryClient }, location }) => {
    const signIn = () =>
      redirect({ to: "/sign-in", search: { return_to: location.href === "/" ? undefined : location.href } });
    if (!(await alta.session.restore())) throw signIn();
    try {
      await queryClient.query({ ...meQuery, staleTime: "static" });
    } catch (error) {
      // The request may also have been canceled because the session ended.
      if (!alta.session.signedIn || isProblem(error, "unauthenticated")) throw signIn();
      throw error;
    }
  },
  component: lazyPage("projects", () => import("./Shell")),
});

/** The routes of one project, which the parameter `id` names. */
export const projectRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/project",
  validateSearch: (search: RawSearch) => ({ id: text(search.id) ?? "" }),
  loaderDeps: ({ search: { id } }) => ({ id }),
  loader: ({ context: { queryClient }, deps: { id } }) =>
    queryClient.query({ ...projectQuery(id), staleTime: "static" }),
  component: lazyPage("projects", () => import("#/features/projects/ProjectLayout")),
});
