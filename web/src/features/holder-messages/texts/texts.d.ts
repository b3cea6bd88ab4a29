import type holderMessages from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    "holder-messages": typeof holderMessages;
  }
}
