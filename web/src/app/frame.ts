/** What holds the app together, to be run before it: see `start.ts`. */
export { QueryClientProvider } from "@tanstack/react-query";
export { default } from "i18next";
export { useTranslation } from "react-i18next";
export { RouterProvider } from "react-router";
