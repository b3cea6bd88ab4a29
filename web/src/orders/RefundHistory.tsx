import { useTranslation } from "react-i18next";

import type { OrderView, RefundStateView } from "@/api/generated/tickets";
import { DataTable, DateTime, Money, Section } from "@/ui";

import classes from "./Orders.module.css";
import { stateOf } from "./refunds";

const REASONS = ["holder", "administrator", "organiser", "event_cancelled", "goodwill"] as const;

/** Each refund of an order, why it was made and whether the provider has carried it out. */
export function RefundHistory({ order }: { order: OrderView }) {
  const { t } = useTranslation("orders");
  if (order.refunds.length === 0) return null;
  const reasonOf = (refund: RefundStateView) =>
    t(`history.reasons.${REASONS.find((reason) => reason === refund.reason) ?? "other"}`);
  return (
    <Section title={t("history.title")}>
      <DataTable
        hasCards
        caption={t("history.title")}
        rows={order.refunds}
        rowKey={(refund) => refund.id}
        columns={[
          {
            key: "asked",
            title: t("history.asked"),
            isRowHeader: true,
            render: (refund) => <DateTime instant={refund.requested_at} style="short" />,
          },
          {
            key: "reason",
            title: t("history.reason"),
            render: (refund) => (
              <>
                {reasonOf(refund)}
                {refund.note !== null && <span className={classes.note}>{refund.note}</span>}
              </>
            ),
          },
          {
            key: "state",
            title: t("history.state"),
            render: (refund) => (
              <>
                {t(`history.states.${stateOf(refund)}`)}
                {refund.completed_at !== null && (
                  <span className={classes.note}>
                    <DateTime instant={refund.completed_at} style="short" />
                  </span>
                )}
              </>
            ),
          },
          {
            key: "amount",
            title: t("history.amount"),
            isNumeric: true,
            render: (refund) => <Money amount={refund.amount} currency={order.currency} />,
          },
        ]}
      />
    </Section>
  );
}
