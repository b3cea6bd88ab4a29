import { useTranslation } from "react-i18next";

import {
  GetTicketsPaymentsStatus,
  type PaymentRowView,
  useGetTicketsPayments,
} from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Buyer, OrderLink, Tag, When } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import { FilterSelect, SearchForm, useFilters } from "@/features/admin/frame/SearchForm";
import { type Column, Money } from "@/ui";

import { PAYMENT_TONES } from "./tones";

const STATUSES = Object.values(GetTicketsPaymentsStatus);

/** Every payment, found by order, transaction, name, address or state. */
export function Component() {
  const { t } = useTranslation("admin");
  const { page, text, oneOf } = useFilters();
  const payments = useGetTicketsPayments({ q: text("q"), status: oneOf("status", STATUSES), page });
  return (
    <AdminPage title={t("parts.payments")}>
      <SearchForm label={t("payments.search")}>
        <FilterSelect
          name="status"
          label={t("payments.state")}
          options={STATUSES.map((value) => ({ value, label: t(`payments.statuses.${value}`) }))}
        />
      </SearchForm>
      <Listing
        caption={t("parts.payments")}
        query={payments}
        columns={useColumns()}
        rowKey={(payment) => `${payment.order_code} ${payment.transaction_id}`}
        empty={t("payments.empty")}
      />
    </AdminPage>
  );
}

function useColumns(): Column<PaymentRowView>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "order",
      title: t("orders.code"),
      isRowHeader: true,
      render: (payment) => <OrderLink code={payment.order_code} />,
    },
    { key: "event", title: t("payments.event"), render: (payment) => payment.event_title },
    {
      key: "buyer",
      title: t("orders.buyer"),
      render: (payment) => <Buyer name={payment.buyer_name} email={payment.buyer_email} />,
    },
    {
      key: "date",
      title: t("payments.date"),
      render: (payment) => <When instant={payment.paid_at ?? payment.created_at} />,
    },
    { key: "state", title: t("payments.state"), render: (payment) => <State {...payment} /> },
    {
      key: "method",
      title: t("payments.method"),
      render: ({ payment_method: method }) => <span className={classes.once}>{method ?? "–"}</span>,
    },
    {
      key: "amount",
      title: t("payments.amount"),
      isNumeric: true,
      render: ({ amount, currency }) => <Money amount={amount} currency={currency} />,
    },
    {
      key: "refunded",
      title: t("payments.refunded"),
      isNumeric: true,
      render: ({ refunded, currency }) =>
        Number(refunded) > 0 ? <Money amount={refunded} currency={currency} /> : "–",
    },
  ];
}

function State({ status, decline_code: code, needs_attention: needsAttention }: PaymentRowView) {
  const { t } = useTranslation("admin");
  const known = STATUSES.find((each) => each === status);
  return (
    <>
      <Tag tone={PAYMENT_TONES[status]}>
        {known === undefined ? status : t(`payments.statuses.${known}`)}
      </Tag>{" "}
      {needsAttention && <Tag tone="caution">{t("orders.attention")}</Tag>}
      {code !== null && <div className={classes.hint}>{t("payments.declined", { code })}</div>}
    </>
  );
}
