import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import {
  getGetEventsByEventIdQueryKey,
  useGetEventsByEventId,
  useGetEventsTerms,
  usePatchEventsByEventId,
} from "@/api/generated/events";
import { paths } from "@/paths";
import { ErrorState, LoadingLines, Page, PageHeader, Section } from "@/ui";

import { EventFormView } from "./EventForm";
import { EventImage } from "./EventImage";

/** Change an event; what somebody else changed meanwhile is not overwritten. */
export function Component() {
  const { t } = useTranslation("organiser");
  const eventId = Number(useParams().eventId);
  const queries = useQueryClient();
  const event = useGetEventsByEventId(eventId, {
    // Looking again while somebody types would throw away what they typed.
    query: { refetchOnWindowFocus: false },
  });
  const terms = useGetEventsTerms();
  const missing = event.isError ? event : terms;
  const change = usePatchEventsByEventId({
    mutation: {
      onSuccess: (saved) => queries.setQueryData(getGetEventsByEventIdQueryKey(eventId), saved),
    },
  });
  return (
    <Page title={t("edit.title")} width="text">
      <PageHeader
        title={t("edit.title")}
        above={<Link to={paths.organiseEvent(eventId)}>{event.data?.title ?? t("title")}</Link>}
      />
      {(event.isPending || terms.isPending) && <LoadingLines lines={8} height={56} />}
      {missing.isError && <ErrorState error={missing.error} retry={() => void missing.refetch()} />}
      {event.data && terms.data && (
        <>
          <Section title={t("image.title")}>
            <EventImage event={event.data} />
          </Section>
          <EventFormView
            event={event.data}
            terms={terms.data}
            isBusy={change.isPending}
            isSaved={change.isSuccess}
            error={change.error}
            onSave={(data) => change.mutateAsync({ eventId, data })}
          />
        </>
      )}
    </Page>
  );
}
