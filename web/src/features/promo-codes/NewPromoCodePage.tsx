import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate, useParams } from "react-router";

import { useGetEventsByEventId } from "@/api/generated/events";
import {
  getGetTicketsEventsByEventIdPromoCodesQueryKey,
  usePostTicketsEventsByEventIdPromoCodes,
} from "@/api/generated/tickets";
import { paths } from "@/paths";
import { ErrorState, LoadingLines, Page, PageHeader } from "@/ui";

import { CodeForm } from "./CodeForm";

/** A new code. */
export function Component() {
  const { t } = useTranslation("promo-codes");
  const eventId = Number(useParams().eventId);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const event = useGetEventsByEventId(eventId);
  const create = usePostTicketsEventsByEventIdPromoCodes();
  return (
    <Page title={t("form.newTitle")} width="text">
      <PageHeader
        title={t("form.newTitle")}
        above={<Link to={paths.organiseEventPart(eventId, "promo-codes")}>{t("title")}</Link>}
      />
      {event.isPending && <LoadingLines lines={6} height={56} />}
      {event.isError && <ErrorState error={event.error} retry={() => void event.refetch()} />}
      {event.data && (
        <CodeForm
          event={event.data}
          isBusy={create.isPending}
          error={create.error}
          onSave={async (data) => {
            const made = await create.mutateAsync({ eventId, data });
            await queries.invalidateQueries({
              queryKey: getGetTicketsEventsByEventIdPromoCodesQueryKey(eventId),
            });
            await navigate(paths.organiseEventPart(eventId, "promo-codes"), {
              state: { said: t("created", { code: made.code }) },
            });
          }}
        />
      )}
    </Page>
  );
}
