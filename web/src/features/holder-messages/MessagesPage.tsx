import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { useGetEventsByEventId } from "@/api/generated/events";
import { paths } from "@/paths";
import { ErrorState, EventParts, LoadingLines, Notice, Page, PageHeader, Section } from "@/ui";

import { History } from "./History";
import { MessageForm } from "./MessageForm";

/** Write to those who hold tickets, and see what was written. */
export function Component() {
  const { t } = useTranslation("holder-messages");
  const eventId = Number(useParams().eventId);
  const event = useGetEventsByEventId(eventId);
  const [sentTo, setSentTo] = useState<number | null>(null);
  return (
    <Page title={t("title")}>
      <PageHeader
        title={t("title")}
        lead={t("lead")}
        above={<Link to={paths.organiseEvent(eventId)}>{event.data?.title ?? "…"}</Link>}
      />
      <EventParts eventId={eventId} />
      {event.isPending && <LoadingLines lines={6} height={56} />}
      {event.isError && <ErrorState error={event.error} retry={() => void event.refetch()} />}
      {event.data && (
        <>
          {sentTo !== null && (
            <Notice tone="good" isAnnounced title={t("sent", { count: sentTo })} />
          )}
          <MessageForm event={event.data} onSent={setSentTo} />
          <Section title={t("history.title")}>
            <History event={event.data} />
          </Section>
        </>
      )}
    </Page>
  );
}
