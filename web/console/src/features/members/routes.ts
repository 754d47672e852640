import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "#/app/lazy-page";
import { projectRoute } from "#/app/root-routes";

export const membersRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/members",
  component: lazyPage("members", () => import("./MembersPage")),
});

export const memberRoutes = [membersRoute] as const;
