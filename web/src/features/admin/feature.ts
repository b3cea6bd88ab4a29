import type { Feature } from "@/feature";
import { paths } from "@/paths";

const feature: Feature = {
  access: ["admin"],
  routes: [
    { path: "admin", lazy: () => import("./overview/OverviewPage") },
    { path: "admin/orders", lazy: () => import("./sales/OrdersPage") },
    { path: "admin/orders/:code", lazy: () => import("./sales/OrderPage") },
    { path: "admin/attention", lazy: () => import("./sales/AttentionPage") },
    { path: "admin/payments", lazy: () => import("./sales/PaymentsPage") },
    { path: "admin/tickets", lazy: () => import("./sales/TicketsPage") },
    { path: "admin/events", lazy: () => import("./sales/EventsPage") },
    { path: "admin/users", lazy: () => import("./people/UsersPage") },
    { path: "admin/users/:accountId", lazy: () => import("./people/AccountPage") },
    { path: "admin/deliveries", lazy: () => import("./mail/DeliveriesPage") },
    { path: "admin/deliveries/:deliveryId", lazy: () => import("./mail/DeliveryPage") },
    { path: "admin/templates", lazy: () => import("./mail/TemplatesPage") },
    { path: "admin/templates/:key/:language", lazy: () => import("./mail/TemplatePage") },
    { path: "admin/queues", lazy: () => import("./running/QueuesPage") },
    { path: "admin/reconciliation", lazy: () => import("./running/ReconciliationPage") },
    { path: "admin/backups", lazy: () => import("./running/BackupsPage") },
    { path: "admin/audit", lazy: () => import("./running/AuditPage") },
  ],
  texts: ["orders"],
  navigation: [
    {
      place: "main",
      path: paths.admin(),
      label: { fr: "Administration", en: "Administration" },
      order: 30,
    },
  ],
};

export default feature;
