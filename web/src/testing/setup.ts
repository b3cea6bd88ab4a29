import "@testing-library/jest-dom/vitest";

import { cleanup, configure } from "@testing-library/react";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";

import { answerIn } from "@/api/request";
import { resetSession } from "@/api/session";
import { currentLanguage, startTexts } from "@/i18n";

import { server } from "./server";

// What jsdom lacks and Mantine asks for.
window.matchMedia ??= (query: string) =>
  ({
    matches: false,
    media: query,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    addListener: () => undefined,
    removeListener: () => undefined,
    dispatchEvent: () => false,
    onchange: null,
  }) as MediaQueryList;
window.ResizeObserver ??= class {
  observe() {}
  unobserve() {}
  disconnect() {}
} as typeof ResizeObserver;
if (!("fonts" in document)) {
  const fonts = { addEventListener: () => undefined, removeEventListener: () => undefined };
  Object.defineProperty(document, "fonts", { value: fonts });
}
window.scrollTo = () => undefined;
Element.prototype.scrollIntoView = () => undefined;

// A page is read from its files the first time, which may take a while on a busy machine.
configure({ asyncUtilTimeout: 10_000 });

beforeAll(async () => {
  server.listen({ onUnhandledFrame: "error" });
  answerIn(currentLanguage);
  await startTexts("fr");
});

beforeEach(() => {
  localStorage.clear();
  sessionStorage.clear();
  resetSession();
});

afterEach(() => {
  cleanup();
  server.resetHandlers();
});

afterAll(() => server.close());
