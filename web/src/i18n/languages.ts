export const LANGUAGES = ["fr", "en"] as const;
export type Language = (typeof LANGUAGES)[number];

const KEY = "guichet.language";

export function isLanguage(text: string | undefined | null): text is Language {
  return LANGUAGES.some((language) => language === text);
}

/** What was chosen here, else the first of the browser's languages that we speak, else French. */
export function firstLanguage(): Language {
  const chosen = chosenLanguage();
  if (chosen !== null) return chosen;
  for (const wanted of navigator.languages) {
    const short = wanted.slice(0, 2).toLowerCase();
    if (isLanguage(short)) return short;
  }
  return "fr";
}

/** What the person chose with the switch, null where the browser's wish still counts. */
export function chosenLanguage(): Language | null {
  const chosen = localStorage.getItem(KEY);
  return isLanguage(chosen) ? chosen : null;
}

export function rememberLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}
