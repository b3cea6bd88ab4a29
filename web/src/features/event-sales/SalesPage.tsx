import type { ReactNode } from "react";
import { Link, useParams } from "react-router";

import { useGetEventsByEventId } from "@/api/generated/events";
import { paths } from "@/paths";
import { EventParts, Page, PageHeader } from "@/ui";

interface SalesPageProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** The frame of each page on an event's sales: whose they are, and the event's other parts. */
export function SalesPage({ title, lead, actions, children }: SalesPageProps) {
  const eventId = useEventId();
  const event = useGetEventsByEventId(eventId);
  return (
    <Page title={event.data ? `${title} · ${event.data.title}` : title}>
      <PageHeader
        title={title}
        above={<Link to={paths.organiseEvent(eventId)}>{event.data?.title ?? "…"}</Link>}
        lead={lead}
        actions={actions}
      />
      <EventParts eventId={eventId} />
      {children}
    </Page>
  );
}

/** The number of the event that the address names. */
export function useEventId(): number {
  return Number(useParams().eventId);
}
