import i18next from "i18next";
import type { LazyRouteFunction, RouteObject } from "react-router";

import type { Access, Feature, NavigationEntry } from "@/feature";

const found = import.meta.glob<Feature>("../features/*/feature.ts", {
  eager: true,
  import: "default",
});
const texts = import.meta.glob("../features/*/texts/fr.json");

export const features: readonly { name: string; feature: Feature }[] = Object.entries(found).map(
  ([file, feature]) => ({ name: file.split("/").at(-2) ?? "", feature }),
);

/** Every entry of the menus, in order, each with whom it is shown to. */
export const navigation: readonly (NavigationEntry & { access: Access })[] = features
  .flatMap(({ feature }) =>
    (feature.navigation ?? []).map((entry) => ({ access: feature.access, ...entry })),
  )
  .sort((a, b) => a.order - b.order);

/** Load the texts of a feature beside its page, not after it. */
export function withTexts(name: string, { routes, texts: others = [] }: Feature): RouteObject[] {
  const own = `../features/${name}/texts/fr.json` in texts ? [name] : [];
  return withNamespaces([...own, ...others], routes);
}

function withNamespaces(namespaces: string[], routes: RouteObject[]): RouteObject[] {
  if (namespaces.length === 0) return routes;
  return routes.map((route) => {
    const lazy = route.lazy as LazyRouteFunction<RouteObject> | undefined;
    const children = route.children && withNamespaces(namespaces, route.children);
    const changed = { ...route, ...(children && { children }) } as RouteObject;
    if (lazy !== undefined) {
      changed.lazy = async () => {
        const [page] = await Promise.all([lazy(), i18next.loadNamespaces(namespaces)]);
        return page;
      };
    }
    return changed;
  });
}
