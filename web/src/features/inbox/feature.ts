import type { Feature } from "@/feature";
import { paths } from "@/paths";

const feature: Feature = {
  access: "signed-in",
  routes: [{ path: "my/inbox", lazy: () => import("./InboxPage") }],
  navigation: [
    {
      place: "account",
      path: paths.myInbox(),
      label: { fr: "Notifications", en: "Notifications" },
      order: 3,
    },
  ],
};

export default feature;
