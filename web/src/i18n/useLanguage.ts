import { useTranslation } from "react-i18next";

import type { Language } from "./languages";

/** The language in use; the component is drawn anew when it changes. */
export function useLanguage(): Language {
  const { i18n } = useTranslation();
  return i18n.language === "en" ? "en" : "fr";
}
