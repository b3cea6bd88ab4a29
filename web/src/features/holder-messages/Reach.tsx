import { useTranslation } from "react-i18next";

import type { ReachView } from "@/api/generated/tickets";
import { formatDate } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { Notice, PersonIcon } from "@/ui";

import classes from "./HolderMessages.module.css";

interface ReachProps {
  reach: ReachView | undefined;
  timeZone: string;
}

/** How many will get it, and how many more messages are possible. */
export function Reach({ reach, timeZone }: ReachProps) {
  const { t } = useTranslation("holder-messages");
  const language = useLanguage();
  if (reach === undefined) return <p className={classes.quiet}>{t("reach.counting")}</p>;
  if (reach.next_at !== null) {
    const at = formatDate(reach.next_at, "short", language, timeZone);
    return <Notice tone="caution" title={t("reach.none", { at })} />;
  }
  return (
    <div className={classes.reach} role="status">
      <PersonIcon />
      <p>
        <strong>{t("reach.people", { count: reach.recipients })}</strong>{" "}
        {reach.recipients > 0 && (
          <span className={classes.quiet}>{t("reach.left", { count: reach.messages_left })}</span>
        )}
      </p>
    </div>
  );
}
