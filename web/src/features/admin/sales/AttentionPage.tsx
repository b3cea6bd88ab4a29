import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type ListedOrderView, useGetTicketsOrders } from "@/api/generated/tickets";
import classes from "@/features/admin/frame/Admin.module.css";

import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Buyer, OrderLink } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import { useFilters } from "@/features/admin/frame/SearchForm";
import { type Column, DateTime, Money, Notice } from "@/ui";

import { Resolve } from "./Attention";

/** The orders that wait for a person, each with the sentence why. */
export function Component() {
  const { t } = useTranslation("admin");
  const { page } = useFilters();
  const [resolved, setResolved] = useState<string | null>(null);
  const orders = useGetTicketsOrders({ needs_attention: true, page });
  return (
    <AdminPage title={t("parts.attention")} lead={t("attention.lead")}>
      <div className={classes.notices}>
        {resolved !== null && (
          <Notice tone="good" isAnnounced title={t("attention.done", { code: resolved })} />
        )}
      </div>
      <Listing
        caption={t("parts.attention")}
        query={orders}
        columns={useColumns(setResolved)}
        rowKey={(order) => order.id}
        empty={t("attention.empty")}
      />
    </AdminPage>
  );
}

function useColumns(onResolved: (code: string) => void): Column<ListedOrderView>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "code",
      title: t("orders.code"),
      isRowHeader: true,
      render: ({ code }) => <OrderLink code={code} />,
    },
    { key: "why", title: t("attention.why"), render: ({ attention }) => attention },
    { key: "event", title: t("orders.event"), render: ({ event }) => event.title },
    {
      key: "buyer",
      title: t("orders.buyer"),
      render: (order) => <Buyer name={order.buyer_name} email={order.buyer_email} />,
    },
    {
      key: "date",
      title: t("orders.date"),
      render: (order) => <DateTime instant={order.created_at} style="short" />,
    },
    {
      key: "total",
      title: t("orders.total"),
      isNumeric: true,
      render: ({ total, currency }) => <Money amount={total} currency={currency} />,
    },
    {
      key: "resolve",
      title: <span className="visually-hidden">{t("actions")}</span>,
      render: ({ code }) => <Resolve code={code} onResolved={() => onResolved(code)} />,
    },
  ];
}
