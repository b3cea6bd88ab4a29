import type orders from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    orders: typeof orders;
  }
}
