/** The rules of this folder that no linter knows. */
import { expect, test } from "vitest";

const LINES_MAX = 400;

const sources = import.meta.glob<string>(["./**/*.{ts,tsx}", "!./api/generated/*"], {
  eager: true,
  query: "?raw",
  import: "default",
});

const importsOf = (text: string) =>
  [...text.matchAll(/(?:from|import\()\s*"([^"]+)"/g)].map(([, name]) => name ?? "");

/** The top folder that a file belongs to, or that an import leads to. */
function areaOf(path: string): string {
  const [top = "", second = ""] = path.replace(/^(@|\.)\//, "").split("/");
  return top === "features" ? `features/${second}` : top;
}

function crossings(): [file: string, from: string, to: string][] {
  return Object.entries(sources).flatMap(([file, text]) =>
    importsOf(text)
      .filter((name) => name.startsWith("@/"))
      .map((name) => [file, areaOf(file), areaOf(name)] as [string, string, string])
      .filter(([, from, to]) => from !== to),
  );
}

test("features do not know each other, nor the app around them", () => {
  const wrong = crossings().filter(
    ([file, from, to]) =>
      from.startsWith("features/") &&
      (to.startsWith("features/") || to === "app") &&
      !file.includes(".test."),
  );
  expect(wrong).toEqual([]);
});

test("what features stand on does not know them", () => {
  const wrong = crossings().filter(
    ([file, from, to]) =>
      ["api", "ui", "i18n", "orders"].includes(from) &&
      (to.startsWith("features/") || to === "app") &&
      !file.includes(".test."),
  );
  expect(wrong).toEqual([]);
});

test("nobody climbs out of a folder by dots", () => {
  const wrong = Object.entries(sources).flatMap(([file, text]) =>
    importsOf(text)
      .filter((name) => name.startsWith("../"))
      .map((name) => `${file}: ${name}`),
  );
  expect(wrong).toEqual([]);
});

test("files stay short", () => {
  const long = Object.entries(sources)
    .filter(([, text]) => text.split("\n").length > LINES_MAX)
    .map(([file]) => file);
  expect(long).toEqual([]);
});

test("there are sources to judge", () => {
  expect(Object.keys(sources).length).toBeGreaterThan(30);
});
