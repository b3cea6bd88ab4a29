import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import { type TicketView, useGetTicketsByTicketId } from "@/api/generated/tickets";
import { formatDate } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { paths } from "@/paths";
import {
  CalendarLinks,
  DateTime,
  ErrorState,
  LoadingLines,
  Money,
  Page,
  PageHeader,
  TicketStub,
} from "@/ui";

import classes from "./MyTickets.module.css";
import { PdfButton } from "./PdfButton";
import { QrCode } from "./QrCode";
import { RefundSection, RefundState } from "./RefundSection";

const LOOK_AGAIN_MS = 5_000;

/** One ticket, with the code that admits; it tears by itself when it is used at the door. */
export function Component() {
  const { t } = useTranslation("my-tickets");
  const ticketId = Number(useParams().ticketId);
  const ticket = useGetTicketsByTicketId(ticketId, undefined, {
    query: {
      refetchInterval: ({ state }) => (state.data?.status === "confirmed" ? LOOK_AGAIN_MS : false),
    },
  });
  const title = ticket.data?.event.title ?? t("title");
  return (
    <Page title={title}>
      <PageHeader title={title} above={<Link to={paths.myTickets()}>{t("title")}</Link>} />
      {ticket.isPending && <LoadingLines lines={4} height={80} />}
      {ticket.isError && ticket.data === undefined && (
        <ErrorState error={ticket.error} retry={() => void ticket.refetch()} />
      )}
      {ticket.data && <Ticket ticket={ticket.data} />}
    </Page>
  );
}

function Ticket({ ticket }: { ticket: TicketView }) {
  const { t } = useTranslation("my-tickets");
  const { event } = ticket;
  return (
    <div className={classes.ticket}>
      <TicketStub
        isTorn={ticket.status !== "confirmed"}
        stub={
          ticket.status === "confirmed" ? (
            <QrCode ticketId={ticket.id} number={ticket.ticket_number} />
          ) : (
            <WhyTorn ticket={ticket} />
          )
        }
      >
        <p className={classes.when}>
          <DateTime instant={event.date} timeZone={event.time_zone} namesZone />
        </p>
        <p>{event.location}</p>
        <div className={classes.facts}>
          <div>
            <span className={classes.status} data-status={ticket.status}>
              {t(`status.${ticket.status}`)}
            </span>
            <span className={classes.number}>{ticket.ticket_number}</span>
            <span className={classes.type}>
              {ticket.ticket_type} · <Money amount={ticket.price} currency={ticket.currency} />
            </span>
          </div>
          {ticket.status === "confirmed" && (
            <p className={classes.type}>
              {t("ticket.bright")} {t("ticket.holderNote")}
            </p>
          )}
        </div>
      </TicketStub>
      <div className={classes.links}>
        {ticket.status !== "cancelled" && <PdfButton ticket={ticket} />}
        <Link to={paths.order(ticket.order_code)}>
          {t("ticket.order", { code: ticket.order_code })}
        </Link>
        <Link to={paths.event(event.id)}>{t("ticket.seeEvent")}</Link>
      </div>
      {ticket.status === "confirmed" && (
        <>
          <CalendarLinks
            eventId={event.id}
            title={event.title}
            startsAt={event.date}
            location={event.location}
          />
          <RefundSection ticket={ticket} />
        </>
      )}
      {ticket.status === "cancelled" && <RefundState ticket={ticket} />}
    </div>
  );
}

function WhyTorn({ ticket }: { ticket: TicketView }) {
  const { t } = useTranslation("my-tickets");
  const language = useLanguage();
  const at = ticket.status === "used" ? ticket.used_at : ticket.cancelled_at;
  const when = at ? formatDate(at, "short", language, ticket.event.time_zone) : "";
  return <p>{t(ticket.status === "used" ? "ticket.used" : "ticket.cancelled", { when })}</p>;
}
