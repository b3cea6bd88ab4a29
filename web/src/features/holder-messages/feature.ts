import type { Feature } from "@/feature";

const feature: Feature = {
  access: ["event_creator", "admin"],
  routes: [{ path: "organise/:eventId/messages", lazy: () => import("./MessagesPage") }],
};

export default feature;
