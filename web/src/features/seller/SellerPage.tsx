import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import {
  getGetTicketsSellerQueryKey,
  useGetTicketsSeller,
  usePutTicketsSeller,
} from "@/api/generated/tickets";
import { useUser } from "@/api/useSession";
import { paths } from "@/paths";
import { ErrorState, LoadingLines, Notice, Page, PageHeader, Section } from "@/ui";

import { SellerForm } from "./SellerForm";

/** Who sells: what the law wants to be told on an invoice. */
export function Component() {
  const { t } = useTranslation("seller");
  const user = useUser();
  const queries = useQueryClient();
  // An administrator may fill it in for the organiser of an event.
  const organiser = Number(useSearchParams()[0].get("organiser"));
  const whose = organiser > 0 ? { organiser_id: organiser } : undefined;
  const seller = useGetTicketsSeller(whose, {
    // Looking again while somebody types would throw away what they typed.
    query: { refetchOnWindowFocus: false },
  });
  const save = usePutTicketsSeller({
    mutation: {
      onSuccess: (saved) => queries.setQueryData(getGetTicketsSellerQueryKey(whose), saved),
    },
  });
  const isUnknown = seller.data === null;
  return (
    <Page title={t("title")} width="text">
      <PageHeader
        title={t("title")}
        lead={t("lead")}
        above={<Link to={paths.organise()}>{t("events")}</Link>}
      />
      {seller.isPending && <LoadingLines lines={8} height={56} />}
      {seller.isError && <ErrorState error={seller.error} retry={() => void seller.refetch()} />}
      {isUnknown && (
        <Notice title={t("missing")}>
          <p>{t("missingWords")}</p>
        </Notice>
      )}
      {seller.isSuccess && (
        <SellerForm
          seller={seller.data ?? undefined}
          organiserId={organiser || user?.id}
          isBusy={save.isPending}
          isSaved={save.isSuccess}
          error={save.error}
          onSave={(data) => save.mutateAsync({ data, params: whose })}
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
