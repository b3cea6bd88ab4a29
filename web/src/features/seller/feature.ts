import type { Feature } from "@/feature";

const feature: Feature = {
  access: ["event_creator", "admin"],
  routes: [{ path: "organise/seller", lazy: () => import("./SellerPage") }],
};

export default feature;
