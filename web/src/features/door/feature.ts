import type { Feature } from "@/feature";
import { paths } from "@/paths";

const feature: Feature = {
  access: ["operator", "event_creator", "admin"],
  routes: [
    { path: "door", lazy: () => import("./ChooseEventPage") },
    { path: "door/:eventId", lazy: () => import("./DoorPage") },
  ],
  navigation: [
    { place: "main", path: paths.door(), label: { fr: "Entrée", en: "Door" }, order: 20 },
  ],
};

export default feature;
