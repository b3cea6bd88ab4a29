import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { EventAnswer } from "@/api/generated/events";
import type { PromoCodeView } from "@/api/generated/tickets";
import { formatDate, formatMoney, formatPercent } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { paths } from "@/paths";
import { LinkButton } from "@/ui";

import { kindOf, stateOf } from "./codes";
import classes from "./PromoCodes.module.css";

interface CodeCardProps {
  promo: PromoCodeView;
  event: EventAnswer;
  onStop: () => void;
  onDelete: () => void;
}

/** One code: what it gives, to whom, how long, how often it was used, and what can be done. */
export function CodeCard({ promo, event, onStop, onDelete }: CodeCardProps) {
  const { t } = useTranslation("promo-codes");
  const state = stateOf(promo);
  const path = paths.organisePromoCode(event.id, promo.id);
  const { code } = promo;
  return (
    <li className={classes.card}>
      <h2 className={classes.code}>
        <Link to={path}>{code}</Link>
      </h2>
      <p className={classes.state} data-state={state}>
        {t(`states.${state}`)}
      </p>
      <div className={classes.gives}>
        <p>{useGift(promo, event.currency)}</p>
        <p className={classes.quiet}>{useTypes(promo, event)}</p>
      </div>
      <div>
        <p className="figures">{useUses(promo)}</p>
        <p className={classes.quiet}>{useSpan(promo, event.time_zone)}</p>
      </div>
      <div className={classes.doings}>
        <LinkButton
          size="compact-md"
          variant="default"
          to={path}
          aria-label={t("editNamed", { code })}
        >
          {t("edit")}
        </LinkButton>
        {(state === "running" || state === "planned") && (
          <Button
            size="compact-md"
            variant="default"
            aria-label={t("stopNamed", { code })}
            onClick={onStop}
          >
            {t("stop")}
          </Button>
        )}
        <Button
          size="compact-md"
          variant="subtle"
          aria-label={t("deleteNamed", { code })}
          onClick={onDelete}
        >
          {t("delete")}
        </Button>
      </div>
    </li>
  );
}

function useGift(promo: PromoCodeView, currency: string): string {
  const { t } = useTranslation("promo-codes");
  const language = useLanguage();
  const kind = kindOf(promo);
  if (kind === "none") return t("opens");
  const value =
    kind === "percent"
      ? formatPercent(promo.percent, language)
      : formatMoney(promo.amount, currency, language);
  return t("off", { value });
}

function useTypes(promo: PromoCodeView, event: EventAnswer): string {
  const { t } = useTranslation("promo-codes");
  const names = (promo.ticket_type_ids ?? []).map(
    (id) => event.ticket_types.find((type) => type.id === id)?.name ?? t("goneTypes"),
  );
  const types = names.length > 0 ? names.join(", ") : t("allTypes");
  return promo.reveals_hidden && kindOf(promo) !== "none" ? `${types} · ${t("opens")}` : types;
}

function useUses({ uses, max_uses: max }: PromoCodeView): string {
  const { t } = useTranslation("promo-codes");
  return max === null ? t("uses", { count: uses }) : t("usesOf", { count: uses, max });
}

function useSpan(promo: PromoCodeView, timeZone: string): string {
  const { t } = useTranslation("promo-codes");
  const language = useLanguage();
  const at = (instant: string) => formatDate(instant, "short", language, timeZone);
  const { valid_from: from, valid_until: until } = promo;
  if (from !== null && until !== null) return t("between", { from: at(from), until: at(until) });
  if (from !== null) return t("from", { from: at(from) });
  return until === null ? t("always") : t("until", { until: at(until) });
}
