import type { RouteObject } from "react-router";

export type Role = "admin" | "event_creator" | "operator" | "user";

/** Who may see the pages of a feature: anybody, whoever is signed in, or some roles. */
export type Access = "everyone" | "signed-in" | readonly Role[];

/** An entry of the menu: `main` stands in the header, `account` below the person's name. */
export interface NavigationEntry {
  place: "main" | "account";
  path: string;
  label: { fr: string; en: string };
  /** The lower, the further ahead. */
  order: number;
  /** Whom it is shown to; as the feature's pages where it is left out. */
  access?: Access;
}

/**
 * What `features/<name>/feature.ts` exports as default; the app finds it by itself.
 *
 * Each route has a `path` and a `lazy` that imports its page; the page's module exports
 * `Component`. The texts of the namespace `<name>` are loaded beside it.
 */
export interface Feature {
  access: Access;
  routes: RouteObject[];
  navigation?: NavigationEntry[];
  /** Other namespaces whose texts its pages show, loaded beside them too. */
  texts?: string[];
}
