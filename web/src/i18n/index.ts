/**
 * French and English, a namespace a feature: `features/checkout/texts/fr.json` is `checkout`.
 * `orders/texts` are of what several features show of an order.
 *
 * Only the texts of the language in use are loaded, and those of a feature with its first page.
 * `common` is there before the first paint.
 */
import i18next, { type BackendModule } from "i18next";
import { initReactI18next } from "react-i18next";

import { keptTogether } from "./format";
import { firstLanguage, type Language, rememberLanguage } from "./languages";

type Texts = Record<string, unknown>;

const files = {
  ...import.meta.glob<Texts>("../features/*/texts/*.json", { import: "default" }),
  ...import.meta.glob<Texts>("../orders/texts/*.json", { import: "default" }),
  ...import.meta.glob<Texts>("./common/*.json", { import: "default" }),
};

const COMMON = "common";

function fileOf(language: string, namespace: string): string {
  if (namespace === COMMON) return `./common/${language}.json`;
  const folder = namespace === "orders" ? "orders" : `features/${namespace}`;
  return `../${folder}/texts/${language}.json`;
}

/** Set what French writes with a space before or after it so that no line begins or ends there. */
function setInFrench(texts: unknown): unknown {
  if (typeof texts === "string") return keptTogether(texts);
  if (Array.isArray(texts)) return texts.map(setInFrench);
  if (typeof texts !== "object" || texts === null) return texts;
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, setInFrench(text)]));
}

const backend: BackendModule = {
  type: "backend",
  init: () => undefined,
  read: (language, namespace, done) => {
    const load = files[fileOf(language, namespace)];
    if (load === undefined) {
      done(new Error(`no texts of ${namespace} in ${language}`), false);
      return;
    }
    load().then(
      (texts) => done(null, (language === "fr" ? setInFrench(texts) : texts) as never),
      (error: unknown) => done(error as Error, false),
    );
  },
};

/** Load the common texts; call before the first render. */
export async function startTexts(language: Language = firstLanguage()): Promise<void> {
  i18next.on("languageChanged", (now) => {
    document.documentElement.lang = now;
  });
  await i18next
    .use(backend)
    .use(initReactI18next)
    .init({
      lng: language,
      supportedLngs: ["fr", "en"],
      // A missing text shows its key, in tests and on screen, instead of the other language.
      fallbackLng: false,
      ns: [COMMON],
      defaultNS: COMMON,
      fallbackNS: COMMON,
      interpolation: { escapeValue: false },
      react: { useSuspense: true },
    });
}

/** Change the language of the whole page, and keep the choice for the next visit. */
export async function chooseLanguage(language: Language): Promise<void> {
  rememberLanguage(language);
  await i18next.changeLanguage(language);
}

export function currentLanguage(): Language {
  return i18next.language === "en" ? "en" : "fr";
}
