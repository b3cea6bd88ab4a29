import type { Feature } from "@/feature";

const feature: Feature = {
  access: ["event_creator", "admin"],
  routes: [
    { path: "organise/:eventId/promo-codes", lazy: () => import("./PromoCodesPage") },
    { path: "organise/:eventId/promo-codes/new", lazy: () => import("./NewPromoCodePage") },
    { path: "organise/:eventId/promo-codes/:promoId", lazy: () => import("./EditPromoCodePage") },
  ],
};

export default feature;
