import i18next from "i18next";
import { describe, expect, test } from "vitest";

import { startTexts } from ".";

type Texts = { [key: string]: string | Texts };

const files = import.meta.glob<Texts>(
  ["../features/*/texts/*.json", "../orders/texts/*.json", "./common/*.json"],
  {
    eager: true,
    import: "default",
  },
);

/** Every key with its dots; the plural forms of a language count as one. */
function keysOf(texts: Texts, before = ""): string[] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string"
      ? [before + key.replace(/_(zero|one|two|few|many|other)$/, "")]
      : keysOf(value, `${before}${key}.`),
  );
}

function sentencesOf(texts: Texts): [string, string][] {
  return Object.entries(texts).flatMap(([key, value]) =>
    typeof value === "string" ? [[key, value] as [string, string]] : sentencesOf(value),
  );
}

const gapsOf = (sentence: string) => [...sentence.matchAll(/\{\{(\w+)/g)].map(([, name]) => name);
const frenchFiles = Object.keys(files).filter((name) => name.endsWith("fr.json"));

describe.each(frenchFiles)("%s", (name) => {
  const french = files[name] ?? {};
  const english = files[name.replace("fr.json", "en.json")] ?? {};

  test("has the same keys in both languages", () => {
    expect([...new Set(keysOf(english))].sort()).toEqual([...new Set(keysOf(french))].sort());
  });

  test("has the same gaps in both languages", () => {
    const gaps = (texts: Texts) =>
      [...new Set(sentencesOf(texts).flatMap(([, sentence]) => gapsOf(sentence)))].sort();
    expect(gaps(english)).toEqual(gaps(french));
  });

  test("leaves no sentence empty", () => {
    const empty = [...sentencesOf(french), ...sentencesOf(english)].filter(([, s]) => !s.trim());
    expect(empty).toEqual([]);
  });
});

test("the texts of every feature are found", () => {
  expect(frenchFiles.length).toBeGreaterThan(1);
});

test("no line of a French text begins with its punctuation", async () => {
  await startTexts("fr");
  await i18next.loadNamespaces("order");
  const lead = i18next.t("find.lead", { ns: "order" });
  expect(lead).toMatch(/compte\u00a0\? .*commande\u00a0: nous/);
});
