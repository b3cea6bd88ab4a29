import { useTranslation } from "react-i18next";

import type { EventAnswer } from "@/api/generated/events";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";

import classes from "./RefundRules.module.css";

const HOURS_A_DAY = 24;

/** Until when tickets go back and what is kept, said before the purchase. */
export function RefundRules({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("catalogue");
  const language = useLanguage();
  const { allowed, until_hours, kept_per_ticket, keeps_fee } = event.refund_rules;
  if (!allowed) return <p className={classes.rules}>{t("refund.never")}</p>;
  const sentences = [
    until_hours === 0
      ? t("refund.always")
      : until_hours % HOURS_A_DAY === 0
        ? t("refund.untilDays", { count: until_hours / HOURS_A_DAY })
        : t("refund.untilHours", { count: until_hours }),
  ];
  if (Number(kept_per_ticket) > 0) {
    const amount = formatMoney(kept_per_ticket, event.currency, language);
    sentences.push(t("refund.kept", { amount }));
  }
  if (keeps_fee) sentences.push(t("refund.keepsFee"));
  return <p className={classes.rules}>{sentences.join(" ")}</p>;
}
