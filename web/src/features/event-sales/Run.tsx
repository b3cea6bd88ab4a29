import { Progress } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { GuichetTicketsHttpApiRefundsRunView as RunView } from "@/api/generated/tickets";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { DateTime, Notice } from "@/ui";

import classes from "./Sales.module.css";

const WHOLE_PERCENT = 100;

/** How far one run over an event's orders is. */
export function Run({ run, currency }: { run: RunView; currency: string }) {
  const { t } = useTranslation("event-sales");
  const reason = run.reason === "event_cancelled" ? "event_cancelled" : "organiser";
  return (
    <article className={classes.run}>
      <h3>{t(`refunds.reasons.${reason}`)}</h3>
      <Progress
        size="lg"
        value={donePercent(run)}
        color={run.finished_at === null ? undefined : "var(--good)"}
        aria-label={t("refunds.progress")}
      />
      <Facts run={run} currency={currency} />
      {run.refunds_waiting > 0 && (
        <Notice title={t("refunds.waiting", { count: run.refunds_waiting })} />
      )}
      {run.needs_attention > 0 && (
        <Notice tone="caution" title={t("refunds.attention", { count: run.needs_attention })}>
          {run.attention}
        </Notice>
      )}
    </article>
  );
}

function Facts({ run, currency }: { run: RunView; currency: string }) {
  const { t } = useTranslation("event-sales");
  const language = useLanguage();
  const money = (amount: string) => formatMoney(amount, currency, language);
  return (
    <dl className={classes.sums}>
      <div>
        <dt>{t("refunds.startedAt")}</dt>
        <dd>
          <DateTime instant={run.started_at} style="short" />
        </dd>
      </div>
      <div>
        <dt>{t("refunds.finishedAt")}</dt>
        <dd>
          {run.finished_at === null ? (
            t("refunds.underWay")
          ) : (
            <DateTime instant={run.finished_at} style="short" />
          )}
        </dd>
      </div>
      <div>
        <dt>{t("refunds.ordersDone")}</dt>
        <dd>{t("refunds.of", { done: run.orders_done, all: run.orders })}</dd>
      </div>
      <div>
        <dt>{t("refunds.refundsDone")}</dt>
        <dd>{t("refunds.of", { done: run.refunds_done, all: run.refunds })}</dd>
      </div>
      <div className={classes.net}>
        <dt>{t("refunds.refunded")}</dt>
        <dd>{t("refunds.ofAmount", { done: money(run.refunded), all: money(run.total) })}</dd>
      </div>
      {run.note !== null && (
        <div>
          <dt>{t("refunds.note")}</dt>
          <dd>{run.note}</dd>
        </div>
      )}
    </dl>
  );
}

/** By the money given back; by the orders where all were free. */
function donePercent(run: RunView): number {
  if (run.finished_at !== null) return WHOLE_PERCENT;
  const [done, all] =
    Number(run.total) > 0
      ? [Number(run.refunded), Number(run.total)]
      : [run.orders_done, Math.max(1, run.orders)];
  return (done / all) * WHOLE_PERCENT;
}
