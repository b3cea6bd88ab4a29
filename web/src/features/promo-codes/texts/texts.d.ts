import type promoCodes from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    "promo-codes": typeof promoCodes;
  }
}
