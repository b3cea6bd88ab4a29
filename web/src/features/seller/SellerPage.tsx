import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import {
  getGetTicketsSellerQueryKey,
  useGetTicketsSeller,
  usePutTicketsSeller,
} from "@/api/generated/tickets";
import { paths } from "@/paths";
import { ErrorState, LoadingLines, Notice, Page, PageHeader, Section } from "@/ui";

import { SellerForm } from "./SellerForm";

/** Who sells: what the law wants to be told on an invoice. */
export function Component() {
  const { t } = useTranslation("seller");
  const queries = useQueryClient();
  const seller = useGetTicketsSeller(undefined, {
    // Looking again while somebody types would throw away what they typed.
    query: { refetchOnWindowFocus: false },
  });
  const save = usePutTicketsSeller({
    mutation: {
      onSuccess: (saved) => queries.setQueryData(getGetTicketsSellerQueryKey(), saved),
    },
  });
  const isUnknown = seller.error?.code === "seller_unknown" && !seller.data;
  return (
    <Page title={t("title")} width="text">
      <PageHeader
        title={t("title")}
        lead={t("lead")}
        above={<Link to={paths.organise()}>{t("events")}</Link>}
      />
      {seller.isPending && <LoadingLines lines={8} height={56} />}
      {seller.isError && !isUnknown && (
        <ErrorState error={seller.error} retry={() => void seller.refetch()} />
      )}
      {isUnknown && (
        <Notice title={t("missing")}>
          <p>{t("missingWords")}</p>
        </Notice>
      )}
      {(seller.data || isUnknown) && (
        <SellerForm
          seller={seller.data}
          isBusy={save.isPending}
          isSaved={save.isSuccess}
          error={save.error}
          onSave={(data) => save.mutateAsync({ data })}
        />
      )}
      <Section title={t("law.title")}>
        <Law />
      </Section>
    </Page>
  );
}

function Law() {
  const { t } = useTranslation("seller");
  return (
    <ul style={{ display: "grid", gap: "var(--s2)", margin: 0, paddingLeft: "var(--s4)" }}>
      {(["who", "vat", "number", "past"] as const).map((key) => (
        <li key={key}>{t(`law.${key}`)}</li>
      ))}
    </ul>
  );
}
