import { useTranslation } from "react-i18next";

import type { OrderView, RefundStateView } from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";
import { Tag, When } from "@/features/admin/frame/bits";
import { type Column, DataTable, Money } from "@/ui";

import { REFUND_TONES } from "./tones";

/** What was given back of an order, by whom and why, and how each refund stands. */
export function Refunds({ order }: { order: OrderView }) {
  const { t } = useTranslation("admin");
  return (
    <DataTable
      caption={t("order.refunds")}
      columns={useColumns(order.currency)}
      rows={order.refunds}
      rowKey={(refund) => refund.id}
      hasCards
    />
  );
}

function useColumns(currency: string): Column<RefundStateView>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "requested",
      title: t("order.requested"),
      isRowHeader: true,
      render: (refund) => <When instant={refund.requested_at} />,
    },
    { key: "reason", title: t("order.reason"), render: (refund) => <Reason {...refund} /> },
    { key: "status", title: t("order.status"), render: (refund) => <State {...refund} /> },
    {
      key: "completed",
      title: t("order.completed"),
      render: (refund) => <When instant={refund.completed_at} />,
    },
    {
      key: "amount",
      title: t("order.amount"),
      isNumeric: true,
      render: ({ amount }) => <Money amount={amount} currency={currency} />,
    },
  ];
}

/** Who gave it back, and the words that were given as the reason. */
function Reason({ reason, note }: RefundStateView) {
  const { t } = useTranslation("admin");
  return (
    <>
      {t(`order.reasons.${reason as "holder"}`, { defaultValue: reason })}
      {note !== null && <div className={classes.hint}>{note}</div>}
    </>
  );
}

function State(refund: RefundStateView) {
  const { t } = useTranslation("admin");
  const { status, failure_reason: why } = refund;
  return (
    <>
      <Tag tone={REFUND_TONES[status]}>{t(`order.refundStates.${status}`)}</Tag>
      {refund.is_retried && <div className={classes.hint}>{t("order.isRetried")}</div>}
      {refund.is_paid_otherwise && <div className={classes.hint}>{t("order.isSettled")}</div>}
      {status === "failed" && why !== null && <div className={classes.hint}>{why}</div>}
    </>
  );
}
