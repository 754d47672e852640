import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "#/app/lazy-page";
import { appRoute } from "#/app/root-routes";

export const accountRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/account",
  component: lazyPage("account", () => import("./AccountPage")),
});

export const accountRoutes = [accountRoute] as const;
