import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { type Column, DataTable, Empty, ErrorState, Pagination } from "@/ui";

import { pathOfPage, useFilters } from "./SearchForm";

interface ListingProps<Row> {
  caption: string;
  /** A query of one page of a list, or of a list that comes whole. */
  query: {
    data: { data: readonly Row[]; last_page?: number; total_is_exact?: boolean } | undefined;
    isError: boolean;
    error: unknown;
    refetch: () => unknown;
  };
  columns: readonly Column<Row>[];
  rowKey: (row: Row) => string | number;
  empty?: ReactNode;
}

/** A list as it is asked for: on its way, failed, empty, or a table with its pages. */
export function Listing<Row>({ caption, query, columns, rowKey, empty }: ListingProps<Row>) {
  const { t } = useTranslation("admin");
  const [search] = useSearchParams();
  const { page } = useFilters();
  if (query.isError) return <ErrorState error={query.error} retry={() => void query.refetch()} />;
  return (
    <>
      <DataTable
        caption={caption}
        columns={columns}
        rows={query.data?.data}
        rowKey={rowKey}
        hasCards
        empty={<Empty title={empty ?? t("nothing")} />}
      />
      <Pagination
        page={page}
        last={query.data?.last_page ?? 1}
        hasMore={query.data?.total_is_exact === false}
        pathOf={(other) => pathOfPage(search, other)}
      />
    </>
  );
}
