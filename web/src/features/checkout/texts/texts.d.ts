import type checkout from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    checkout: typeof checkout;
  }
}
