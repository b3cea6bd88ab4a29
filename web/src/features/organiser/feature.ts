import type { Feature } from "@/feature";
import { paths } from "@/paths";

const feature: Feature = {
  access: ["event_creator", "admin"],
  routes: [
    { path: "organise", lazy: () => import("./OrganisePage") },
    { path: "organise/new", lazy: () => import("./NewEventPage") },
    { path: "organise/:eventId", lazy: () => import("./DashboardPage") },
    { path: "organise/:eventId/edit", lazy: () => import("./EditEventPage") },
    { path: "organise/:eventId/attendees", lazy: () => import("./AttendeesPage") },
  ],
  texts: ["orders"],
  navigation: [
    {
      place: "main",
      path: paths.organise(),
      label: { fr: "Organiser", en: "Organise" },
      order: 10,
    },
  ],
};

export default feature;
