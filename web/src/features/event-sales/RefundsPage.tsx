import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { type EventAnswer, useGetEventsByEventId } from "@/api/generated/events";
import {
  type EventPreview,
  type EventRefundsView,
  useGetTicketsEventsByEventIdRefunds,
  useGetTicketsEventsByEventIdRefundsPreview,
} from "@/api/generated/tickets";
import { EventRefundSums } from "@/orders/EventRefundSums";
import { paths } from "@/paths";
import { ErrorState, LoadingLines, Notice, Section } from "@/ui";

import { Run } from "./Run";
import classes from "./Sales.module.css";
import { SalesPage, useEventId } from "./SalesPage";
import { StartDialog } from "./StartDialog";

const AGAIN_MILLISECONDS = 2_000;

/** Give a whole event back: what it means, and how far each run of it is. */
export function Component() {
  const { t } = useTranslation("event-sales");
  const eventId = useEventId();
  const event = useGetEventsByEventId(eventId);
  const { runs, preview } = useRefunds(eventId, event.data?.status === "cancelled");
  const failed = [event, runs, preview].find(({ isError }) => isError);
  return (
    <SalesPage title={t("refunds.title")} lead={t("refunds.lead")}>
      {failed ? (
        <ErrorState error={failed.error} retry={() => void failed.refetch()} />
      ) : event.data && runs.data && preview.data ? (
        <>
          <WholeEvent event={event.data} runs={runs.data} preview={preview.data} />
          <Runs runs={runs.data} preview={preview.data} />
        </>
      ) : (
        <LoadingLines lines={5} height={40} />
      )}
    </SalesPage>
  );
}

/** The runs and what is left to give back, asked anew while something is under way. */
function useRefunds(eventId: number, isCancelled: boolean) {
  const runs = useGetTicketsEventsByEventIdRefunds(eventId, {
    query: {
      staleTime: 0,
      refetchInterval: ({ state }) =>
        isUnderWay(state.data) || (isCancelled && state.data?.runs.length === 0)
          ? AGAIN_MILLISECONDS
          : false,
    },
  });
  const preview = useGetTicketsEventsByEventIdRefundsPreview(eventId, {
    query: { staleTime: 0, refetchInterval: isUnderWay(runs.data) ? AGAIN_MILLISECONDS : false },
  });
  return { runs, preview };
}

function isUnderWay(refunds: EventRefundsView | undefined): boolean {
  return refunds?.runs.some((run) => run.finished_at === null) ?? false;
}

interface WholeEventProps {
  event: EventAnswer;
  runs: EventRefundsView;
  preview: EventPreview;
}

function WholeEvent({ event, runs, preview }: WholeEventProps) {
  const { t } = useTranslation("event-sales");
  const [isAsking, { open, close }] = useDisclosure(false);
  const [isStarted, { open: noteStart }] = useDisclosure(false);
  if (isUnderWay(runs)) {
    return isStarted ? <Notice tone="good" isAnnounced title={t("refunds.started")} /> : null;
  }
  if (event.status === "cancelled" && preview.orders > 0) {
    return <Notice isAnnounced title={t("refunds.cancelledSoon")} />;
  }
  return (
    <Section title={t("refunds.allTitle")}>
      {preview.orders === 0 ? (
        <p>{t("refunds.nothing")}</p>
      ) : (
        <>
          <EventRefundSums preview={preview} />
          <p className={classes.hint}>
            {t("refunds.stays")}{" "}
            <Link to={paths.organiseEvent(event.id)}>{t("refunds.toEvent")}</Link>
          </p>
          <Button mt="md" variant="default" onClick={open}>
            {t("refunds.start")}
          </Button>
        </>
      )}
      {isAsking && (
        <StartDialog
          event={event}
          preview={preview}
          onClose={close}
          onStarted={() => {
            noteStart();
            close();
          }}
        />
      )}
    </Section>
  );
}

function Runs({ runs, preview }: { runs: EventRefundsView; preview: EventPreview }) {
  const { t } = useTranslation("event-sales");
  if (runs.runs.length === 0) return null;
  return (
    <Section title={t("refunds.runs")}>
      {runs.runs.map((run) => (
        <Run key={run.id} run={run} currency={preview.currency} />
      ))}
    </Section>
  );
}
