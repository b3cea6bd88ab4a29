import type admin from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    admin: typeof admin;
  }
}
