import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useLocation, useParams } from "react-router";

import { useGetEventsByEventId } from "@/api/generated/events";
import {
  getGetTicketsEventsByEventIdPromoCodesQueryKey,
  type PromoCodeView,
  useDeleteTicketsEventsByEventIdPromoCodesByPromoId,
  useGetTicketsEventsByEventIdPromoCodes,
  usePatchTicketsEventsByEventIdPromoCodesByPromoId,
} from "@/api/generated/tickets";
import { paths } from "@/paths";
import {
  ConfirmDialog,
  Empty,
  ErrorState,
  EventParts,
  LinkButton,
  LoadingLines,
  Notice,
  Page,
  PageHeader,
  PlusIcon,
} from "@/ui";

import { CodeCard } from "./CodeCard";
import { stopped } from "./codes";
import classes from "./PromoCodes.module.css";

/** The codes of an event, with how often each is used. */
export function Component() {
  const { t } = useTranslation("promo-codes");
  const eventId = Number(useParams().eventId);
  const event = useGetEventsByEventId(eventId);
  const codes = useGetTicketsEventsByEventIdPromoCodes(eventId);
  const said = useLocation().state as { said?: string } | null;
  const error = event.error ?? codes.error;
  const create = (
    <LinkButton to={paths.organisePromoCode(eventId, "new")} leftSection={<PlusIcon />}>
      {t("new")}
    </LinkButton>
  );
  return (
    <Page title={t("title")}>
      <PageHeader
        title={t("title")}
        lead={t("lead")}
        above={<Link to={paths.organiseEvent(eventId)}>{event.data?.title ?? "…"}</Link>}
        actions={create}
      />
      <EventParts eventId={eventId} isDraft={event.data?.status === "draft"} />
      {error !== null && (
        <ErrorState
          error={error}
          retry={() => void Promise.all([event.refetch(), codes.refetch()])}
        />
      )}
      {error === null && !(event.data && codes.data) && <LoadingLines lines={4} height={72} />}
      {event.data && codes.data && (
        <Codes
          event={event.data}
          codes={codes.data}
          said={said?.said}
          empty={
            <Empty title={t("empty")} action={create}>
              {t("emptyWords")}
            </Empty>
          }
        />
      )}
    </Page>
  );
}

interface CodesProps {
  event: Parameters<typeof CodeCard>[0]["event"];
  codes: PromoCodeView[];
  said: string | undefined;
  empty: React.ReactNode;
}

function Codes({ event, codes, said, empty }: CodesProps) {
  const { t } = useTranslation("promo-codes");
  const [asked, setAsked] = useState<{ what: "stop" | "delete"; promo: PromoCodeView } | null>(
    null,
  );
  const [done, setDone] = useState(said);
  return (
    <>
      {done !== undefined && <Notice tone="good" isAnnounced title={done} />}
      {codes.length === 0 && empty}
      <ul className={classes.codes}>
        {codes.map((promo) => (
          <CodeCard
            key={promo.id}
            promo={promo}
            event={event}
            onStop={() => setAsked({ what: "stop", promo })}
            onDelete={() => setAsked({ what: "delete", promo })}
          />
        ))}
      </ul>
      {asked?.what === "stop" && (
        <Stopping
          promo={asked.promo}
          onClose={() => setAsked(null)}
          onDone={() => setDone(t("stopping.done", { code: asked.promo.code }))}
        />
      )}
      {asked?.what === "delete" && (
        <Deleting
          promo={asked.promo}
          onClose={() => setAsked(null)}
          onDone={() => setDone(t("deleting.done", { code: asked.promo.code }))}
        />
      )}
    </>
  );
}

interface AskingProps {
  promo: PromoCodeView;
  onClose: () => void;
  onDone: () => void;
}

function useRefreshed({ promo, onClose, onDone }: AskingProps) {
  const queries = useQueryClient();
  return async () => {
    await queries.invalidateQueries({
      queryKey: getGetTicketsEventsByEventIdPromoCodesQueryKey(promo.event_id),
    });
    onDone();
    onClose();
  };
}

function Stopping(props: AskingProps) {
  const { t } = useTranslation("promo-codes");
  const { promo, onClose } = props;
  const stop = usePatchTicketsEventsByEventIdPromoCodesByPromoId({
    mutation: { onSuccess: useRefreshed(props) },
  });
  return (
    <ConfirmDialog
      isOpen
      title={t("stopping.title", { code: promo.code })}
      confirm={t("stopping.confirm")}
      isBusy={stop.isPending}
      error={stop.error}
      onClose={onClose}
      onConfirm={() =>
        stop.mutate({ eventId: promo.event_id, promoId: promo.id, data: stopped(promo) })
      }
    >
      <p>{t("stopping.explain")}</p>
    </ConfirmDialog>
  );
}

function Deleting(props: AskingProps) {
  const { t } = useTranslation("promo-codes");
  const { promo, onClose } = props;
  const remove = useDeleteTicketsEventsByEventIdPromoCodesByPromoId({
    mutation: { onSuccess: useRefreshed(props) },
  });
  return (
    <ConfirmDialog
      isOpen
      title={t("deleting.title", { code: promo.code })}
      confirm={t("deleting.confirm")}
      isBusy={remove.isPending}
      error={remove.error}
      onClose={onClose}
      onConfirm={() => remove.mutate({ eventId: promo.event_id, promoId: promo.id })}
    >
      <p>{t("deleting.explain", { count: promo.uses })}</p>
    </ConfirmDialog>
  );
}
