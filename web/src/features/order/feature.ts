import type { Feature } from "@/feature";
import { paths } from "@/paths";

const feature: Feature = {
  access: "everyone",
  routes: [
    { path: "my/orders/:code", lazy: () => import("./OrderPage") },
    { path: "find-order", lazy: () => import("./FindOrderPage") },
  ],
  navigation: [
    {
      place: "main",
      path: paths.findOrder(),
      label: { fr: "Retrouver une commande", en: "Find an order" },
      order: 20,
    },
  ],
};

export default feature;
