import type account from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    account: typeof account;
  }
}
