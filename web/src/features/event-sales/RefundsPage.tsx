import { Button } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect, useRef } from "react";
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
        <Refunds event={event.data} runs={runs.data} preview={preview.data} />
      ) : (
        <LoadingLines lines={5} height={40} />
      )}
    </SalesPage>
  );
}

/** The runs, asked anew while one is under way or about to begin, and what is left to give back. */
function useRefunds(eventId: number, isCancelled: boolean) {
  const preview = useGetTicketsEventsByEventIdRefundsPreview(eventId, { query: { staleTime: 0 } });
  const isExpected = isCancelled && (preview.data?.orders ?? 0) > 0;
  const runs = useGetTicketsEventsByEventIdRefunds(eventId, {
    query: {
      staleTime: 0,
      refetchInterval: ({ state }) =>
        isExpected || isUnderWay(state.data) ? AGAIN_MILLISECONDS : false,
    },
  });
  useEachOther(runs, preview);
  return { runs, preview };
}

/** Ask both anew whenever one has changed: a run may begin and end between two looks. */
function useEachOther(
  { data: refunds, refetch: refetchRuns }: ReturnType<typeof useRefunds>["runs"],
  { data: back, refetch: refetchPreview }: ReturnType<typeof useRefunds>["preview"],
): void {
  const runs = refunds?.runs.map((run) => [run.id, run.orders_done, run.finished_at]);
  const now = runs === undefined || back === undefined ? "" : [back.orders, ...runs].join();
  const seen = useRef("");
  useEffect(() => {
    const isFirst = seen.current === "";
    if (seen.current === now) return;
    seen.current = now;
    if (isFirst) return;
    void refetchRuns();
    void refetchPreview();
  }, [now, refetchRuns, refetchPreview]);
}

function isUnderWay(refunds: EventRefundsView | undefined): boolean {
  return refunds?.runs.some((run) => run.finished_at === null) ?? false;
}

interface RefundsProps {
  event: EventAnswer;
  runs: EventRefundsView;
  preview: EventPreview;
}

/** The runs stand above what may be begun, so that nothing moves while they are followed. */
function Refunds({ event, runs, preview }: RefundsProps) {
  const { t } = useTranslation("event-sales");
  const [isStarted, { open: noteStart }] = useDisclosure(false);
  const isRunning = isUnderWay(runs);
  const isCertain = event.status === "cancelled" && preview.orders > 0;
  const isExpected = isCertain && runs.runs.length === 0;
  return (
    <>
      {(isExpected || runs.runs.length > 0) && (
        <Section title={t("refunds.runs")}>
          {(isExpected || isStarted) && (
            <div className={classes.gap}>
              {isExpected ? (
                <Notice isAnnounced title={t("refunds.cancelledSoon")} />
              ) : (
                <Notice tone="good" isAnnounced title={t("refunds.started")} />
              )}
            </div>
          )}
          {runs.runs.map((run) => (
            <Run key={run.id} run={run} currency={preview.currency} />
          ))}
        </Section>
      )}
      {!isRunning && !isCertain && (
        <WholeEvent event={event} preview={preview} onStarted={noteStart} />
      )}
    </>
  );
}

interface WholeEventProps {
  event: EventAnswer;
  preview: EventPreview;
  onStarted: () => void;
}

function WholeEvent({ event, preview, onStarted }: WholeEventProps) {
  const { t } = useTranslation("event-sales");
  const [isAsking, { open, close }] = useDisclosure(false);
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
            onStarted();
            close();
          }}
        />
      )}
    </Section>
  );
}
