import type myTickets from "./fr.json";

declare module "@/i18n/texts" {
  interface Texts {
    "my-tickets": typeof myTickets;
  }
}
