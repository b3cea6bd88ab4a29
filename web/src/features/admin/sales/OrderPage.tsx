import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import {
  type OrderView,
  type PurchaseView,
  useGetTicketsOrders,
  useGetTicketsOrdersByCode,
} from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Buyer, type Fact, Facts, Tag, When } from "@/features/admin/frame/bits";
import { ReturnedRefunds } from "@/orders/ReturnedRefunds";
import { Tickets } from "@/orders/Tickets";
import { paths } from "@/paths";
import { ErrorState, LinkButton, LoadingLines, Money, Notice, Section } from "@/ui";

import { Resolve } from "./Attention";
import { Goodwill } from "./Goodwill";
import { Refunds } from "./Refunds";
import { ORDER_TONES, PAYMENT_TONES } from "./tones";

/** One order, with what an administrator may give back of it. */
export function Component() {
  const { t } = useTranslation("admin");
  const code = useParams().code ?? "";
  const bought = useGetTicketsOrdersByCode(code);
  return (
    <AdminPage
      title={code}
      above={<Link to={paths.adminPart("orders")}>{t("parts.orders")}</Link>}
      actions={bought.data && <Elsewhere order={bought.data.order} />}
    >
      {bought.isPending && <LoadingLines lines={5} height={48} />}
      {bought.isError && <ErrorState error={bought.error} retry={() => void bought.refetch()} />}
      {bought.data && <Order bought={bought.data} />}
    </AdminPage>
  );
}

function Elsewhere({ order }: { order: OrderView }) {
  const { t } = useTranslation("admin");
  const subject = `order:${order.id}`;
  return (
    <>
      <LinkButton size="sm" variant="default" to={paths.order(order.code)}>
        {t("order.open")}
      </LinkButton>
      <LinkButton size="sm" variant="default" to={paths.adminPart("audit", { subject })}>
        {t("order.audit")}
      </LinkButton>
    </>
  );
}

function Order({ bought: { order, tickets } }: { bought: PurchaseView }) {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const [said, setSaid] = useState<string | null>(null);
  return (
    <>
      <div className={classes.notices}>
        {said !== null && <Notice tone="good" isAnnounced title={said} />}
        {order.needs_attention && (
          <Attention
            code={order.code}
            onResolved={() => setSaid(t("attention.done", { code: order.code }))}
          />
        )}
      </div>
      <ReturnedRefunds order={order} />
      <Facts facts={useFacts(order)} />
      <Tickets order={order} tickets={tickets} onRefunded={() => queries.invalidateQueries()} />
      {order.refunds.length > 0 && (
        <Section title={t("order.refunds")}>
          <Refunds order={order} />
        </Section>
      )}
      {order.payment?.paid_at && (
        <Section title={t("order.goodwillTitle")}>
          <Goodwill code={order.code} currency={order.currency} />
        </Section>
      )}
    </>
  );
}

/** Why somebody has to look at it; the list of such orders knows the sentence. */
function Attention({ code, onResolved }: { code: string; onResolved: () => void }) {
  const listed = useGetTicketsOrders({ q: code, needs_attention: true });
  const why = listed.data?.data.find((order) => order.code === code)?.attention;
  return (
    <Notice
      tone="caution"
      title={why ?? "…"}
      actions={<Resolve code={code} onResolved={onResolved} />}
    />
  );
}

function useFacts(order: OrderView): Fact[] {
  const { t } = useTranslation("admin");
  const { payment } = order;
  const money = (amount: string) => <Money amount={amount} currency={order.currency} />;
  const status = order.status as keyof typeof ORDER_TONES;
  const paid = payment?.status as "pending" | "completed" | "failed" | "refunded";
  return [
    [t("order.buyer"), <Buyer key="buyer" name={order.buyer_name} email={order.buyer_email} />],
    [
      t("order.event"),
      <Link key="event" to={paths.organiseEvent(order.event_id)}>
        {order.event.title}
      </Link>,
    ],
    [
      t("order.state"),
      <Tag key="state" tone={ORDER_TONES[status]}>
        {t(`orders.statuses.${status}`)}
      </Tag>,
    ],
    [t("order.date"), <When key="date" instant={order.created_at} />],
    [t("order.total"), money(order.total)],
    [t("order.refunded"), money(order.refunded)],
    ...(order.promo_code === null ? [] : [[t("order.promo"), order.promo_code] satisfies Fact]),
    ...(payment === null
      ? []
      : ([
          [
            t("order.payment"),
            <Tag key="payment" tone={PAYMENT_TONES[paid]}>
              {t(`payments.statuses.${paid}`)}
            </Tag>,
          ],
          [t("order.paidAt"), <When key="paid" instant={payment.paid_at} />],
          [t("order.method"), payment.payment_method ?? "–"],
          [t("order.transaction"), payment.transaction_id ?? "–"],
        ] as const)),
  ] as const;
}
