import type order from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    order: typeof order;
  }
}
