import type catalogue from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    catalogue: typeof catalogue;
  }
}
