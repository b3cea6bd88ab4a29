import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useNavigate } from "react-router";

import {
  getGetEventsQueryKey,
  type NewEvent,
  useGetEventsTerms,
  usePostEvents,
} from "@/api/generated/events";
import { paths } from "@/paths";
import { ErrorState, LoadingLines, Page, PageHeader } from "@/ui";

import { EventFormView } from "./EventForm";

/** A new event: saved as a draft, published later. */
export function Component() {
  const { t } = useTranslation("organiser");
  const navigate = useNavigate();
  const queries = useQueryClient();
  const terms = useGetEventsTerms();
  const create = usePostEvents();
  return (
    <Page title={t("edit.newTitle")} width="text">
      <PageHeader
        title={t("edit.newTitle")}
        above={<Link to={paths.organise()}>{t("title")}</Link>}
      />
      {terms.isPending && <LoadingLines lines={8} height={56} />}
      {terms.isError && <ErrorState error={terms.error} retry={() => void terms.refetch()} />}
      {terms.data && (
        <EventFormView
          event={null}
          terms={terms.data}
          isBusy={create.isPending}
          isSaved={false}
          error={create.error}
          onSave={async (changes) => {
            const event = await create.mutateAsync({
              data: { ...changes, status: "draft" } as NewEvent,
            });
            await queries.invalidateQueries({ queryKey: getGetEventsQueryKey() });
            await navigate(paths.organiseEvent(event.id));
            return undefined;
          }}
        />
      )}
    </Page>
  );
}
