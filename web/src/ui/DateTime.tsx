import { useTranslation } from "react-i18next";

import { type DateStyle, formatDate, formatZone, isOtherTimeHere } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";

interface DateTimeProps {
  instant: string;
  /** The event's zone; the reader's own where it is left out. */
  timeZone?: string;
  style?: DateStyle;
  /** Name the zone where the reader's clock shows another time. */
  namesZone?: boolean;
}

/** An instant, as the clock at the place shows it. */
export function DateTime({
  instant,
  timeZone = "",
  style = "full",
  namesZone = false,
}: DateTimeProps) {
  const language = useLanguage();
  const { t } = useTranslation();
  const text = formatDate(instant, style, language, timeZone);
  const isForeign = namesZone && timeZone !== "" && isOtherTimeHere(instant, timeZone);
  return (
    <time dateTime={instant}>
      {text}
      {isForeign && ` (${t("dateTime.zone", { zone: formatZone(instant, timeZone, language) })})`}
    </time>
  );
}
