import type settings from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    settings: typeof settings;
  }
}
