import type { Feature } from "@/feature";
import { paths } from "@/paths";

const feature: Feature = {
  access: "signed-in",
  routes: [
    { path: "my/profile", lazy: () => import("./ProfilePage") },
    { path: "my/security", lazy: () => import("./SecurityPage") },
    { path: "my/preferences", lazy: () => import("./PreferencesPage") },
    { path: "my/data", lazy: () => import("./DataPage") },
  ],
  navigation: [
    {
      place: "account",
      path: paths.myProfile(),
      label: { fr: "Mon compte", en: "My account" },
      order: 4,
    },
  ],
};

export default feature;
