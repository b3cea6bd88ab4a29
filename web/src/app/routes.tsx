import type { RouteObject } from "react-router";

import { Broken, NotFound } from "./ErrorPages";
import { features, withTexts } from "./features";
import { Guard, Waiting } from "./Guard";
import { Layout } from "./Layout";

/** Every route: each feature's own, shown to whom that feature is open. */
export const routes: RouteObject[] = [
  {
    element: <Layout />,
    hydrateFallbackElement: <Waiting />,
    children: [
      {
        errorElement: <Broken />,
        children: [
          ...features.map(({ name, feature }) => ({
            element: <Guard access={feature.access} />,
            children: withTexts(name, feature),
          })),
          { path: "*", element: <NotFound /> },
        ],
      },
    ],
  },
];
