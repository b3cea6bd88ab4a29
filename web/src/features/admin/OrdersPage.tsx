import { Checkbox } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { type ListedOrderView, useGetTicketsOrders } from "@/api/generated/tickets";
import { paths } from "@/paths";
import { type Column, DataTable, DateTime, Empty, ErrorState, Money, Pagination } from "@/ui";

import { AdminPage } from "./AdminPage";
import { pathOfPage, SearchForm } from "./SearchForm";

/** Every order, found by code, name or address; or only those that want a person. */
export function Component() {
  const { t } = useTranslation("admin");
  const [search, setSearch] = useSearchParams();
  const page = Math.max(1, Number(search.get("page")) || 1);
  const isAttentionOnly = search.get("attention") === "1";
  const orders = useGetTicketsOrders({
    q: search.get("q") ?? undefined,
    needs_attention: isAttentionOnly || undefined,
    page,
  });
  const columns = useColumns();
  return (
    <AdminPage title={t("parts.orders")}>
      <SearchForm label={t("orders.search")} submit={t("orders.go")}>
        <Checkbox
          id="attention"
          label={t("orders.attentionOnly")}
          checked={isAttentionOnly}
          onChange={() => setSearch(isAttentionOnly ? {} : { attention: "1" })}
        />
      </SearchForm>
      {orders.isError ? (
        <ErrorState error={orders.error} retry={() => void orders.refetch()} />
      ) : (
        <DataTable
          caption={t("parts.orders")}
          columns={columns}
          rows={orders.data?.data}
          rowKey={(order) => order.id}
          empty={<Empty title={t("orders.empty")} />}
        />
      )}
      <Pagination
        page={page}
        last={orders.data?.last_page ?? 1}
        pathOf={(other) => pathOfPage(search, other)}
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
      render: ({ code }) => <Link to={`${paths.adminPart("orders")}/${code}`}>{code}</Link>,
    },
    { key: "event", title: t("orders.event"), render: ({ event }) => event.title },
    {
      key: "buyer",
      title: t("orders.buyer"),
      render: (order) => `${order.buyer_name} (${order.buyer_email})`,
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
      key: "refunded",
      title: t("orders.refunded"),
      isNumeric: true,
      render: ({ refunded, currency }) =>
        Number(refunded) > 0 ? <Money amount={refunded} currency={currency} /> : "–",
    },
    {
      key: "attention",
      title: t("orders.attention"),
      render: ({ attention }) => attention ?? "–",
    },
  ];
}
