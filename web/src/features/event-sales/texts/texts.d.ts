import type sales from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    "event-sales": typeof sales;
  }
}
