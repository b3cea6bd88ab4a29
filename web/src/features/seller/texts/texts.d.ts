import type seller from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    seller: typeof seller;
  }
}
