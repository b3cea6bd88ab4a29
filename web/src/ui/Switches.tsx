import { ActionIcon, Button, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { chooseLanguage } from "@/i18n";
import { useLanguage } from "@/i18n/useLanguage";

import { MoonIcon, SunIcon } from "./icons";

/** French to English and back; what is typed in and the places held stay as they are. */
export function LanguageSwitch() {
  const language = useLanguage();
  const { t } = useTranslation();
  const other = language === "fr" ? "en" : "fr";
  return (
    <Button
      variant="subtle"
      color="gray"
      size="sm"
      px="xs"
      c="var(--ink)"
      lang={other}
      aria-label={`${other.toUpperCase()} – ${t("language.switch")}`}
      onClick={() => void chooseLanguage(other)}
    >
      {other.toUpperCase()}
    </Button>
  );
}

/** Day or night; kept for the next visit. */
export function ColourSchemeSwitch() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme("light");
  const { t } = useTranslation();
  const isDark = scheme === "dark";
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      c="var(--ink)"
      size="lg"
      aria-label={isDark ? t("colour.toLight") : t("colour.toDark")}
      onClick={() => setColorScheme(isDark ? "light" : "dark")}
    >
      {isDark ? <SunIcon /> : <MoonIcon />}
    </ActionIcon>
  );
}
