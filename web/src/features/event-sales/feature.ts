import type { Feature } from "@/feature";

const feature: Feature = {
  access: ["event_creator", "admin"],
  routes: [
    { path: "organise/statement", lazy: () => import("./StatementPage") },
    { path: "organise/:eventId/orders", lazy: () => import("./OrdersPage") },
    { path: "organise/:eventId/orders/:code", lazy: () => import("./OrderPage") },
    { path: "organise/:eventId/report", lazy: () => import("./ReportPage") },
    { path: "organise/:eventId/refunds", lazy: () => import("./RefundsPage") },
  ],
  texts: ["orders"],
};

export default feature;
