import { useTranslation } from "react-i18next";
import { useLocation, useParams } from "react-router";

import type { OrderView, PurchaseView } from "@/api/generated/tickets";
import { useUser } from "@/api/useSession";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { isReturned } from "@/orders/refunds";
import { paths } from "@/paths";
import {
  DateTime,
  Empty,
  ErrorState,
  LinkButton,
  LoadingLines,
  Notice,
  Page,
  PageHeader,
  PriceLines,
  Section,
} from "@/ui";

import { Documents } from "./Documents";
import classes from "./Order.module.css";
import { Settling } from "./Settling";
import { Ticket } from "./Ticket";
import { isSettled, useOrder } from "./useOrder";

/** An order: what became of the payment, and its tickets. Open to its buyer and by the mailed link. */
export function Component() {
  const { t } = useTranslation("order");
  const code = useParams().code ?? "";
  const { order, access } = useOrder(code);
  if (order.error?.status === 404 || order.error?.status === 401) return <Missing />;
  return (
    <Page title={t("title", { code })}>
      {order.isPending && <LoadingLines lines={5} height={40} />}
      {order.isError && <ErrorState error={order.error} retry={() => void order.refetch()} />}
      {order.data && <Shown bought={order.data} access={access} />}
    </Page>
  );
}

function Shown({ bought, access }: { bought: PurchaseView; access: string | undefined }) {
  const { t } = useTranslation("order");
  const { order, tickets } = bought;
  return (
    <>
      <PageHeader
        above={t("title", { code: order.code })}
        title={<span role="status">{headline(bought, t)}</span>}
        lead={<Event order={order} />}
      />
      {!isSettled(bought) && <Settling order={order} />}
      {order.status === "failed" && <Failed order={order} />}
      <Attention order={order} />
      {order.status === "confirmed" && (
        <p className={classes.sent}>{t("sent", { email: order.buyer_email })}</p>
      )}
      {tickets.length > 0 && (
        <ul className={classes.tickets}>
          {tickets.map((ticket) => (
            <li key={ticket.id}>
              <Ticket ticket={ticket} holder={order.buyer_name} access={access} />
            </li>
          ))}
        </ul>
      )}
      <Bill order={order} />
      {order.payment !== null && isSettled(bought) && (
        <Documents code={order.code} access={access} />
      )}
      <Account />
    </>
  );
}

/** A refund that did not arrive says more than that something holds the order back. */
function Attention({ order }: { order: OrderView }) {
  const { t } = useTranslation("order");
  const language = useLanguage();
  const returned = order.refunds.filter(isReturned);
  if (returned.length === 0) {
    return order.needs_attention && <Notice tone="caution" title={t("attention")} />;
  }
  return returned.map((refund) => (
    <Notice
      key={refund.id}
      tone="caution"
      title={t("returned.title", {
        amount: formatMoney(refund.amount, order.currency, language),
      })}
    >
      {t("returned.next")}
    </Notice>
  ));
}

type Texts = ReturnType<typeof useTranslation<"order">>["t"];

function headline({ order, tickets }: PurchaseView, t: Texts): string {
  switch (order.status) {
    case "confirmed": {
      const given = tickets.filter(({ status }) => status === "cancelled").length;
      return t("headline.confirmed", { count: order.quantity - given });
    }
    case "failed":
      return t("headline.failed");
    case "refunded":
      return t("headline.refunded");
    case "cancelled":
      return t("headline.cancelled");
    case "awaiting_payment":
      return t("headline.awaiting");
    default:
      return t("headline.pending");
  }
}

function Event({ order }: { order: OrderView }) {
  return (
    <>
      {order.event.title}
      <br />
      <DateTime instant={order.event.date} timeZone={order.event.time_zone} namesZone />
    </>
  );
}

const FAILURES = [
  "declined",
  "insufficient_funds",
  "authentication_failed",
  "abandoned",
  "amount_too_small",
] as const;

function Failed({ order }: { order: OrderView }) {
  const { t } = useTranslation("order");
  const known = FAILURES.find((failure) => failure === order.failure);
  return (
    <Notice
      tone="bad"
      title={t(`failure.${known ?? "other"}`)}
      actions={<LinkButton to={paths.event(order.event_id)}>{t("failure.again")}</LinkButton>}
    >
      {t("failure.nothingTaken")}
    </Notice>
  );
}

function Bill({ order }: { order: OrderView }) {
  const { t } = useTranslation("order");
  return (
    <Section title={t("bill.title")}>
      <div className={classes.bill}>
        <PriceLines priced={order} refunded={order.refunded} />
      </div>
    </Section>
  );
}

/** A guest may keep the order in an account: registering with the same address is enough. */
function Account() {
  const { t } = useTranslation("order");
  const user = useUser();
  const { pathname } = useLocation();
  if (user !== null) return null;
  return (
    <Section title={t("account.title")}>
      <p className={classes.words}>{t("account.words")}</p>
      <LinkButton to={paths.register(pathname)} variant="default">
        {t("account.register")}
      </LinkButton>
    </Section>
  );
}

function Missing() {
  const { t } = useTranslation("order");
  const user = useUser();
  const { pathname } = useLocation();
  return (
    <Page title={t("missing.title")} width="text">
      <Empty
        title={<h1 className={classes.missing}>{t("missing.title")}</h1>}
        action={
          <span className={classes.ways}>
            <LinkButton to={paths.findOrder()}>{t("missing.find")}</LinkButton>
            {user === null && (
              <LinkButton to={paths.signIn(pathname)} variant="default">
                {t("missing.signIn")}
              </LinkButton>
            )}
          </span>
        }
      >
        {t("missing.words")}
      </Empty>
    </Page>
  );
}
