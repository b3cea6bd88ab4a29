import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { type PurchaseAnswer, useGetUsersMePurchases } from "@/api/generated/users";
import { paths } from "@/paths";
import {
  type Column,
  DataTable,
  DateTime,
  Empty,
  ErrorState,
  LinkButton,
  Money,
  Page,
  PageHeader,
  Pagination,
} from "@/ui";

/** All one has bought, the latest first; each order leads to its tickets and receipts. */
export function Component() {
  const { t } = useTranslation("purchases");
  const [search] = useSearchParams();
  const page = Math.max(1, Number(search.get("page")) || 1);
  const purchases = useGetUsersMePurchases({ page });
  const columns = useColumns();
  return (
    <Page title={t("title")}>
      <PageHeader title={t("title")} />
      {purchases.isError ? (
        <ErrorState error={purchases.error} retry={() => void purchases.refetch()} />
      ) : (
        <DataTable
          caption={t("title")}
          columns={columns}
          rows={purchases.data?.data}
          rowKey={(purchase) => purchase.order_code}
          empty={
            <Empty
              title={t("empty")}
              action={<LinkButton to={paths.home()}>{t("see")}</LinkButton>}
            />
          }
        />
      )}
      <Pagination
        page={page}
        last={purchases.data?.last_page ?? 1}
        pathOf={(other) => `${paths.myOrders()}?page=${other}`}
      />
    </Page>
  );
}

function useColumns(): Column<PurchaseAnswer>[] {
  const { t } = useTranslation("purchases");
  return [
    {
      key: "order",
      title: t("order"),
      isRowHeader: true,
      render: ({ order_code: code }) => <Link to={paths.order(code)}>{code}</Link>,
    },
    {
      key: "date",
      title: t("date"),
      render: (purchase) => <DateTime instant={purchase.purchase_date} style="short" />,
    },
    {
      key: "event",
      title: t("event"),
      render: ({ event }) => <Link to={paths.event(event.id)}>{event.title}</Link>,
    },
    {
      key: "tickets",
      title: t("tickets"),
      isNumeric: true,
      render: ({ tickets }) => tickets.length,
    },
    {
      key: "total",
      title: t("total"),
      isNumeric: true,
      render: ({ total, currency }) => <Money amount={total} currency={currency} />,
    },
    {
      key: "refunded",
      title: t("refunded"),
      isNumeric: true,
      render: ({ refunded, currency }) =>
        Number(refunded) > 0 ? <Money amount={refunded} currency={currency} /> : "–",
    },
    { key: "status", title: t("status"), render: ({ status }) => t(`states.${status}`) },
  ];
}
