import type purchases from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    purchases: typeof purchases;
  }
}
