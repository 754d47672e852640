import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "#/app/lazy-page";
import { appRoute, projectRoute } from "#/app/root-routes";
import { oneOf, type RawSearch, text } from "#/app/search";

export const TIMEFRAMES = ["7d", "30d", "90d", "365d", "all"] as const;

/** The parameters of the analytics page. Without them, it covers 30 days in the time zone of the browser. */
export interface AnalyticsSearch {
  readonly timeframe?: (typeof TIMEFRAMES)[number] | undefined;
  readonly timezone?: string | undefined;
}

function analyticsSearch(search: RawSearch): AnalyticsSearch {
  return { timeframe: oneOf(TIMEFRAMES, search.timeframe), timezone: text(search.timezone) };
}

export const analyticsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/analytics",
  validateSearch: analyticsSearch,
  component: lazyPage("analytics", () => import("./AnalyticsPage")),
});

export const overviewRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/overview",
  validateSearch: analyticsSearch,
  component: lazyPage("analytics", () => import("./OverviewPage")),
});

export const overviewRoutes = [overviewRoute] as const;
export const analyticsRoutes = [analyticsRoute] as const;
