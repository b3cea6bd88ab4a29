import { fileURLToPath } from "node:url";

import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const PORT_SHIFT = Number(process.env.GUICHET_PORT_SHIFT ?? 0);
const SYSTEM = `http://localhost:${8080 + PORT_SHIFT}`;

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  build: {
    target: "es2023",
    // The content security policy admits no script in the page and no data: script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
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
    // One browser-like world a worker, which takes seconds to make; setup.ts wipes it clean.
    isolate: false,
    // Two cores are shared with the services of the other tests.
    maxWorkers: 2,
    testTimeout: 15_000,
  },
});
