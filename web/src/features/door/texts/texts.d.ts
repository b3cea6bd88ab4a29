import type door from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    door: typeof door;
  }
}
