import type { Feature } from "@/feature";
import { paths } from "@/paths";

const feature: Feature = {
  access: ["admin"],
  routes: [
    { path: "admin", lazy: () => import("./OverviewPage") },
    { path: "admin/users", lazy: () => import("./UsersPage") },
    { path: "admin/orders", lazy: () => import("./OrdersPage") },
    { path: "admin/orders/:code", lazy: () => import("./OrderPage") },
    { path: "admin/audit", lazy: () => import("./AuditPage") },
  ],
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
