import { createRoute } from "@tanstack/react-router";
import { lazyPage } from "#/app/lazy-page";
import { projectRoute } from "#/app/root-routes";
import { i18n } from "#/i18n";
import { oneOf, type RawSearch, text } from "#/app/search";

export const KINDS = ["document", "voice"] as const;

/** The parameters of the review page. `item` is the id of the item under review. */
export interface ReviewSearch {
  readonly kind?: (typeof KINDS)[number] | undefined;
  readonly order?: "confidence" | undefined;
  readonly view?: "queue" | undefined;
  readonly item?: string | undefined;
}

export const reviewRoute = createRoute({
  getParentRoute: () => projectRoute,
  path: "/review",
  validateSearch: (search: RawSearch): ReviewSearch => ({
    kind: oneOf(KINDS, search.kind),
    order: oneOf(["confidence"], search.order),
    view: oneOf(["queue"], search.view),
    item: text(search.item),
  }),
  component: lazyPage("review", async () => {
    const [page] = await Promise.all([import("./ReviewPage"), i18n.loadNamespaces("viewer")]);
    return page;
  }),
});

export const reviewRoutes = [reviewRoute] as const;
