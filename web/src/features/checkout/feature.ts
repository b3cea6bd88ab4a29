import type { Feature } from "@/feature";

const feature: Feature = {
  access: "everyone",
  routes: [{ path: "checkout/:holdId", lazy: () => import("./CheckoutPage") }],
};

export default feature;
