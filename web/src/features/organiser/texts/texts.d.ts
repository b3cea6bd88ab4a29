import type organiser from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    organiser: typeof organiser;
  }
}
