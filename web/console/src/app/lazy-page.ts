import { lazyRouteComponent } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { i18n } from "#/i18n";
import type { Resources } from "#/i18n/types";

/**
 * Returns a route's component, which is loaded together with the texts of its feature. The module's default export is
 * the page. Its type is not inspected, since pages use the type of the router, which would then depend on itself.
 */
export function lazyPage(feature: keyof Resources, load: () => Promise<object>) {
  return lazyRouteComponent(async () => {
    const [module] = await Promise.all([load(), i18n.loadNamespaces(feature)]);
    return module as { default: ComponentType };
  });
}
