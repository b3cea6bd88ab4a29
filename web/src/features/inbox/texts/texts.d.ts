import type inbox from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    inbox: typeof inbox;
  }
}
