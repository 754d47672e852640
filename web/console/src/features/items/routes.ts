import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "#/app/lazy-page";
import { appRoute, projectRoute } from "#/app/root-routes";
import { oneOf, type RawSearch, text } from "#/app/search";
import { i18n } from "#/i18n";

export const KINDS = ["document", "voice"] as const;
export const STATUSES = ["draft", "processing", "pending_review", "approved", "rejected", "failed"] as const;

/** The filters of the list of items, as parameters of its URL. */
export interface ItemsSearch {
  readonly q?: string | undefined;
  readonly kind?: (typeof KINDS)[number] | undefined;
  readonly status?: (typeof STATUSES)[number] | undefined;
  readonly domain?: string | undefined;
  readonly mine?: "true" | undefined;
}

/** The parameters of an item's page. */
export interface ItemSearch {
  readonly kind: (typeof KINDS)[number];
  readonly id: string;
  /** The number of the page that is shown, from 1. */
  readonly page?: string | undefined;
}

export const itemsRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/items",
  validateSearch: (search: RawSearch): ItemsSearch => ({
    q: text(search.q),
    kind: oneOf(KINDS, search.kind),
    status: oneOf(STATUSES, search.status),
    domain: text(search.domain),
    mine: oneOf(["true"], search.mine),
  }),
  component: lazyPage("items", () => import("./ItemsPage")),
});

export const itemRoute = createRoute({
  getParentRoute: () => appRoute,
  path: "/item",
  validateSearch: (search: RawSearch): ItemSearch => ({
    kind: oneOf(KINDS, search.kind) ?? "document",
    id: text(search.id) ?? "",
    page: text(search.page),
  }),
  component: lazyPage("items", async () => {
    const [page] = await Promise.all([import("./ItemPage"), i18n.loadNamespaces("viewer")]);
    return page;
  }),
});

export const itemsRoutes = [itemsRoute] as const;
export const itemRoutes = [itemRoute] as const;
