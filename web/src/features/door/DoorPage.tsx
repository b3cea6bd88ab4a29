import { SegmentedControl, TextInput } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import {
  type DoorView,
  getGetTicketsEventsByEventIdDoorQueryKey,
  postTicketsByTicketIdValidate,
  postTicketsValidate,
  useGetTicketsEventsByEventIdDoor,
} from "@/api/generated/tickets";
import { paths } from "@/paths";
import { ErrorState, LoadingLines, Page, PageHeader } from "@/ui";

import classes from "./Door.module.css";
import { Scanner } from "./Scanner";
import { Search } from "./Search";
import { signal } from "./signal";
import { TypeNumber } from "./TypeNumber";
import { VerdictScreen } from "./Verdict";
import { admitted, refused, type Verdict } from "./verdict";

const WAYS = ["scan", "type", "search"] as const;
const COUNT_MS = 2_000;
const GONE_MS = 1_200;

/** The door of one event: scan, type or search, and one answer over the whole screen. */
export function Component() {
  const { t } = useTranslation("door");
  const eventId = Number(useParams().eventId);
  const [way, setWay] = useState<(typeof WAYS)[number]>("scan");
  const [place, setPlace] = useLocalStorage({ key: "guichet.door.place", defaultValue: "" });
  const { verdict, isBusy, check, admitTicket, next } = useChecks(eventId, place);
  const { isNew, stillThere, forget } = useSightings();
  const scanned = useCallback(
    (code: string) => {
      if (isNew(code)) void check(code, false);
    },
    [check, isNew],
  );
  const goOn = useCallback(() => {
    stillThere();
    next();
  }, [next, stillThere]);
  const door = useGetTicketsEventsByEventIdDoor(eventId, { query: { refetchInterval: COUNT_MS } });
  if (door.data === undefined) {
    return (
      <Page title={t("title")} width="text">
        {door.isError && <PageHeader title={t("title")} />}
        {door.isError && <ErrorState error={door.error} retry={() => void door.refetch()} />}
        {door.isPending && <LoadingLines lines={4} height={72} />}
      </Page>
    );
  }
  return (
    <Page title={t("title")} width="text">
      <Counter door={door.data} />
      <SegmentedControl
        fullWidth
        size="md"
        aria-label={t("ways.label")}
        value={way}
        onChange={(value) => {
          forget();
          setWay(value as (typeof WAYS)[number]);
        }}
        data={WAYS.map((value) => ({ value, label: t(`ways.${value}`) }))}
      />
      <div className={classes.form}>
        {way === "scan" && <Scanner isPaused={isBusy || verdict !== null} onCode={scanned} />}
        {way === "type" && (
          <TypeNumber isBusy={isBusy} onNumber={(number) => void check(number, true)} />
        )}
        {way === "search" && (
          <Search eventId={eventId} onAdmit={(ticketId) => void admitTicket(ticketId)} />
        )}
        <TextInput
          id="place"
          label={t("place")}
          description={t("placeHint")}
          maxLength={100}
          value={place}
          onChange={(event) => setPlace(event.currentTarget.value)}
        />
        <Link to={paths.door()}>{t("change")}</Link>
      </div>
      {verdict && <VerdictScreen verdict={verdict} onNext={goOn} />}
    </Page>
  );
}

/**
 * Which codes come into view: one that stays before the camera after its answer is not asked about
 * again, one that comes back after a moment is, in whoever's hand.
 */
function useSightings() {
  const last = useRef({ code: "", at: 0 });
  const isNew = useCallback((code: string) => {
    const { code: before, at } = last.current;
    last.current = { code, at: Date.now() };
    return code !== before || Date.now() - at > GONE_MS;
  }, []);
  const stillThere = useCallback(() => {
    last.current.at = Date.now();
  }, []);
  const forget = useCallback(() => {
    last.current = { code: "", at: 0 };
  }, []);
  return { isNew, stillThere, forget };
}

/** Checking tickets, one at a time: what was scanned while another is checked does not count. */
function useChecks(eventId: number, place: string) {
  const queries = useQueryClient();
  const [verdict, setVerdict] = useState<Verdict | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const judge = useCallback(
    async (ask: () => Promise<Verdict>) => {
      setIsBusy(true);
      const found = await ask().catch(refused);
      signal(found.tone);
      setVerdict(found);
      setIsBusy(false);
      const queryKey = getGetTicketsEventsByEventIdDoorQueryKey(eventId);
      void queries.invalidateQueries({ queryKey });
    },
    [eventId, queries],
  );
  const check = useCallback(
    (code: string, typed: boolean) =>
      judge(async () => {
        const asked = { code, typed, event_id: eventId, place: place || null };
        return admitted(await postTicketsValidate(asked));
      }),
    [judge, eventId, place],
  );
  const admitTicket = (ticketId: number) =>
    judge(async () => admitted(await postTicketsByTicketIdValidate(ticketId)));
  const next = useCallback(() => setVerdict(null), []);
  return { verdict, isBusy, check, admitTicket, next };
}

function Counter({ door }: { door: DoorView }) {
  const { t } = useTranslation("door");
  const { title, admitted: inside, sold, expected } = door;
  return (
    <>
      <PageHeader title={title} above={t("title")} />
      <p className={classes.counters} aria-live="off">
        <strong>{t("counter", { admitted: inside, sold })}</strong>
        <span>{t("expected", { count: expected })}</span>
      </p>
    </>
  );
}
