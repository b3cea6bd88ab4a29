import type { Feature } from "@/feature";
import { paths } from "@/paths";

const feature: Feature = {
  access: "everyone",
  routes: [
    { index: true, lazy: () => import("./HomePage") },
    { path: "e/:eventId", lazy: () => import("./EventPage") },
  ],
  navigation: [
    { place: "main", path: paths.home(), label: { fr: "Événements", en: "Events" }, order: 10 },
  ],
};

export default feature;
