import { useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";

import {
  getGetTicketsOrdersByCodeDocumentsQueryKey,
  getGetTicketsOrdersByCodeQueryKey,
  type OrderView,
  type PurchaseView,
  useGetTicketsOrdersByCode,
} from "@/api/generated/tickets";
import { DateTime, ErrorState, LoadingLines, Notice, PriceLines, Section } from "@/ui";

import { Buyer } from "./Buyer";
import { Documents } from "./Documents";
import classes from "./Orders.module.css";
import { RefundHistory } from "./RefundHistory";
import { ReturnedRefunds } from "./ReturnedRefunds";
import { Tickets } from "./Tickets";

const AGAIN_MILLISECONDS = 2_000;

interface OrderDetailsProps {
  code: string;
  /** What the page adds at the end, once the order is there. */
  children?: (bought: PurchaseView) => ReactNode;
}

/** An order as staff see it: who bought what, how it was paid, what went back; and refunding it. */
export function OrderDetails({ code, children }: OrderDetailsProps) {
  const { t } = useTranslation("orders");
  const bought = useGetTicketsOrdersByCode(code, undefined, {
    query: { refetchInterval: ({ state }) => (isMoving(state.data) ? AGAIN_MILLISECONDS : false) },
  });
  const refresh = useRefresh(code);
  if (bought.isPending) return <LoadingLines lines={6} height={48} />;
  if (bought.data === undefined) {
    return <ErrorState error={bought.error} retry={() => void bought.refetch()} />;
  }
  const { order, tickets } = bought.data;
  return (
    <>
      <div className={classes.notices}>
        {order.needs_attention && <Notice tone="caution" title={t("attention")} />}
      </div>
      <ReturnedRefunds order={order} />
      <div className={classes.beside}>
        <Buyer order={order} hasTickets={tickets.some(({ status }) => status !== "cancelled")} />
        <Payment order={order} />
      </div>
      <Tickets order={order} tickets={tickets} onRefunded={refresh} />
      <RefundHistory order={order} />
      {order.payment !== null && hasSold(order) && <Documents order={order} />}
      {children?.(bought.data)}
    </>
  );
}

/** Whether the order will look different without anybody doing anything. */
function isMoving(bought: PurchaseView | undefined): boolean {
  if (bought === undefined) return false;
  const { status, refunds } = bought.order;
  return status === "pending" || refunds.some((refund) => refund.status === "pending");
}

/** Whether it came to a sale, also one that was given back since. */
function hasSold({ status }: OrderView): boolean {
  return status === "confirmed" || status === "cancelled";
}

/** Ask anew for what a refund changes: the order, its documents, and the lists it stands in. */
function useRefresh(code: string): () => Promise<void> {
  const queries = useQueryClient();
  return async () => {
    const documents = getGetTicketsOrdersByCodeDocumentsQueryKey(code);
    await queries.invalidateQueries({ queryKey: getGetTicketsOrdersByCodeQueryKey(code) });
    await queries.invalidateQueries({ queryKey: documents });
    await queries.invalidateQueries({ refetchType: "none" });
  };
}

function Payment({ order }: { order: OrderView }) {
  const { t } = useTranslation("orders");
  const { payment } = order;
  return (
    <Section title={t("payment.title")}>
      <div className={classes.lines}>
        <PriceLines priced={order} refunded={order.refunded} />
      </div>
      {payment === null ? (
        <p className={classes.hint}>{t("payment.none")}</p>
      ) : (
        <dl className={classes.facts}>
          {payment.payment_method !== null && (
            <>
              <dt>{t("payment.method")}</dt>
              <dd>{payment.payment_method}</dd>
            </>
          )}
          {payment.paid_at !== null && (
            <>
              <dt>{t("payment.paidAt")}</dt>
              <dd>
                <DateTime instant={payment.paid_at} style="short" />
              </dd>
            </>
          )}
          {payment.transaction_id !== null && (
            <>
              <dt>{t("payment.reference")}</dt>
              <dd>{payment.transaction_id}</dd>
            </>
          )}
        </dl>
      )}
    </Section>
  );
}
