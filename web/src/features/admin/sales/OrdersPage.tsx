import { useTranslation } from "react-i18next";

import {
  GetTicketsOrdersStatus,
  type ListedOrderView,
  useGetTicketsOrders,
} from "@/api/generated/tickets";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Buyer, OrderLink, Tag } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import { FilterSelect, SearchForm, useFilters } from "@/features/admin/frame/SearchForm";
import { type Column, DateTime, Money } from "@/ui";

import { ORDER_TONES } from "./tones";

const STATUSES = Object.values(GetTicketsOrdersStatus);

/** Every order, found by code, name, address or state. */
export function Component() {
  const { t } = useTranslation("admin");
  const { page, text, oneOf } = useFilters();
  const orders = useGetTicketsOrders({ q: text("q"), status: oneOf("status", STATUSES), page });
  return (
    <AdminPage title={t("parts.orders")}>
      <SearchForm label={t("orders.search")}>
        <FilterSelect
          name="status"
          label={t("orders.state")}
          options={STATUSES.map((value) => ({ value, label: t(`orders.statuses.${value}`) }))}
        />
      </SearchForm>
      <Listing
        caption={t("parts.orders")}
        query={orders}
        columns={useColumns()}
        rowKey={(order) => order.id}
        empty={t("orders.empty")}
      />
    </AdminPage>
  );
}

function useColumns(): Column<ListedOrderView>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "code",
      title: t("orders.code"),
      isRowHeader: true,
      render: ({ code }) => <OrderLink code={code} />,
    },
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
      key: "state",
      title: t("orders.state"),
      render: ({ status, needs_attention: needsAttention }) => (
        <>
          <Tag tone={ORDER_TONES[status]}>{t(`orders.statuses.${status}`)}</Tag>{" "}
          {needsAttention && <Tag tone="caution">{t("orders.attention")}</Tag>}
        </>
      ),
    },
    {
      key: "total",
      title: t("orders.total"),
      isNumeric: true,
      render: ({ total, currency }) => <Money amount={total} currency={currency} />,
    },
    {
      key: "refunded",
      title: t("orders.refunded"),
      isNumeric: true,
      render: ({ refunded, currency }) =>
        Number(refunded) > 0 ? <Money amount={refunded} currency={currency} /> : "–",
    },
  ];
}
