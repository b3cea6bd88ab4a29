import type { Feature } from "@/feature";
import { paths } from "@/paths";

const feature: Feature = {
  access: "signed-in",
  routes: [{ path: "my/orders", lazy: () => import("./PurchasesPage") }],
  navigation: [
    {
      place: "account",
      path: paths.myOrders(),
      label: { fr: "Mes achats", en: "My purchases" },
      order: 2,
    },
  ],
};

export default feature;
