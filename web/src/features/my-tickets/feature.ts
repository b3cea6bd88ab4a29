import type { Feature } from "@/feature";
import { paths } from "@/paths";

const feature: Feature = {
  access: "signed-in",
  routes: [
    { path: "my/tickets", lazy: () => import("./MyTicketsPage") },
    { path: "my/tickets/:ticketId", lazy: () => import("./TicketPage") },
  ],
  navigation: [
    {
      place: "account",
      path: paths.myTickets(),
      label: { fr: "Mes billets", en: "My tickets" },
      order: 1,
    },
  ],
};

export default feature;
