/**
 * The texts of every namespace, by their French file, so that a wrong key does not compile.
 *
 * A feature adds its own in `features/<name>/texts/texts.d.ts`:
 *
 *     declare module "@/i18n/texts" {
 *       interface Texts { checkout: typeof import("./fr.json") }
 *     }
 */
import "i18next";
import type common from "./common/fr.json";

export interface Texts {
  common: typeof common;
}

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "common";
    resources: Texts;
  }
}
