import { useTranslation } from "react-i18next";
import { useParams } from "react-router";

import { useGetEventsByEventId } from "@/api/generated/events";
import { type HoldAnswer, useGetTicketsHoldsByHoldId } from "@/api/generated/tickets";
import { useSession } from "@/api/useSession";
import { paths } from "@/paths";
import { Empty, ErrorState, LinkButton, LoadingLines, Page, PageHeader } from "@/ui";

import classes from "./Checkout.module.css";
import { PaymentForm } from "./PaymentForm";
import { Summary } from "./Summary";

/** From the places that are kept to the order: who buys, how it is paid. */
export function Component() {
  const { t } = useTranslation("checkout");
  const holdId = Number(useParams().holdId);
  const isNumber = Number.isSafeInteger(holdId) && holdId > 0;
  // A hold that was taken while signed in is shown to that account alone.
  const isKnown = useSession().status !== "unknown";
  const hold = useGetTicketsHoldsByHoldId(holdId, {
    query: { enabled: isNumber && isKnown, staleTime: Number.POSITIVE_INFINITY, retry: 1 },
  });
  const eventId = hold.data?.hold.event_id;
  const isGone =
    !isNumber || hold.error?.status === 410 || hold.error?.status === 404 || isEnded(hold.data);
  if (isGone) return <Gone eventId={eventId} />;
  return (
    <Page title={t("title")}>
      <PageHeader title={t("title")} />
      {hold.isPending && <LoadingLines lines={6} height={40} />}
      {hold.isError && <ErrorState error={hold.error} retry={() => void hold.refetch()} />}
      {hold.data && (
        <Shown
          answer={hold.data}
          receivedAt={hold.dataUpdatedAt}
          onEnd={() => void hold.refetch()}
        />
      )}
    </Page>
  );
}

function isEnded(answer: HoldAnswer | undefined): boolean {
  if (answer === undefined) return false;
  return answer.hold.status !== "active" || answer.expires_at <= answer.server_time;
}

interface ShownProps {
  answer: HoldAnswer;
  receivedAt: number;
  onEnd: () => void;
}

function Shown({ answer, receivedAt, onEnd }: ShownProps) {
  const event = useGetEventsByEventId(answer.hold.event_id);
  return (
    <div className={classes.columns}>
      <div className={classes.form}>
        <PaymentForm answer={answer} receivedAt={receivedAt} onEnd={onEnd} />
      </div>
      <div className={classes.summary}>
        <Summary hold={answer.hold} event={event.data} />
      </div>
    </div>
  );
}

/** The time is over, or the places were given back: nothing was paid. */
function Gone({ eventId }: { eventId: number | undefined }) {
  const { t } = useTranslation("checkout");
  const path = eventId === undefined ? paths.home() : paths.event(eventId);
  return (
    <Page title={t("gone.title")} width="text">
      <Empty
        title={<h1 className={classes.gone}>{t("gone.title")}</h1>}
        action={<LinkButton to={path}>{t("gone.again")}</LinkButton>}
      >
        {t("gone.words")}
      </Empty>
    </Page>
  );
}
