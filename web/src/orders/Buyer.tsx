import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { type OrderView, usePostTicketsOrdersByCodeResend } from "@/api/generated/tickets";
import { DateTime, ErrorState, Notice, Section } from "@/ui";

import classes from "./Orders.module.css";

/** Who bought, in what state the order is, and the tickets sent once more. */
export function Buyer({ order, hasTickets }: { order: OrderView; hasTickets: boolean }) {
  const { t } = useTranslation("orders");
  return (
    <Section title={t("buyer.title")}>
      <dl className={classes.facts}>
        <dt>{t("buyer.name")}</dt>
        <dd>{order.buyer_name}</dd>
        <dt>{t("buyer.email")}</dt>
        <dd>
          <a href={`mailto:${order.buyer_email}`}>{order.buyer_email}</a>
        </dd>
        <dt>{t("buyer.orderedAt")}</dt>
        <dd>
          <DateTime instant={order.created_at} style="short" />
        </dd>
        <dt>{t("buyer.state")}</dt>
        <dd>{t(`states.${order.status as "confirmed"}`)}</dd>
        {order.promo_code !== null && (
          <>
            <dt>{t("buyer.promo")}</dt>
            <dd>{order.promo_code}</dd>
          </>
        )}
      </dl>
      {hasTickets && <Resend order={order} />}
    </Section>
  );
}

function Resend({ order }: { order: OrderView }) {
  const { t } = useTranslation("orders");
  const resend = usePostTicketsOrdersByCodeResend();
  return (
    <>
      <div className={classes.notices}>
        {resend.isError && <ErrorState error={resend.error} />}
        {resend.isSuccess && (
          <Notice tone="good" isAnnounced title={t("buyer.resent", { email: order.buyer_email })} />
        )}
      </div>
      <Button
        variant="default"
        loading={resend.isPending}
        onClick={() => resend.mutate({ code: order.code })}
      >
        {t("buyer.resend")}
      </Button>
    </>
  );
}
