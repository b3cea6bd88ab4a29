import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import type { Plugin } from "vite";
import { defineConfig } from "vitest/config";

const PORT_SHIFT = Number(process.env.GUICHET_PORT_SHIFT ?? 0);
const SYSTEM = `http://localhost:${8080 + PORT_SHIFT}`;

/** The page shows its essentials without any script: what those need comes first. */
const scriptsComeSecond: Plugin = {
  name: "scripts-come-second",
  transformIndexHtml: {
    order: "post",
    handler: (html) =>
      html.replace(/<(script type="module"|link rel="modulepreload")/g, '<$1 fetchpriority="low"'),
  },
};

/** What each page needs, in files of their own: `src/start.ts` lets each be run by itself. */
const PIECES = [
  { name: "react", test: /node_modules\/(react|react-dom|scheduler)\// },
  { name: "frame", test: /node_modules\/(react-router|i18next|react-i18next|@tanstack)\// },
];

export default defineConfig({
  plugins: [react(), scriptsComeSecond],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2023",
    // The content security policy admits no script in the page and no data: script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { output: { codeSplitting: { groups: PIECES } } },
    reportCompressedSize: false,
  },
  server: {
    port: 5173 + PORT_SHIFT,
    strictPort: true,
    proxy: {
      "/api": { target: SYSTEM },
      "/mailbox": { target: SYSTEM },
    },
  },
  test: {
    environment: "jsdom",
    environmentOptions: { jsdom: { url: "http://localhost:8080/" } },
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: false,
    // Two cores are shared with the services of the other tests.
    maxWorkers: 2,
    testTimeout: 15_000,
  },
});
