import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import type { TicketView } from "@/api/generated/tickets";
import { useUser } from "@/api/useSession";
import { paths } from "@/paths";
import {
  DateTime,
  Empty,
  ErrorState,
  LinkButton,
  LoadingLines,
  Page,
  PageHeader,
  TicketStub,
} from "@/ui";

import classes from "./MyTickets.module.css";
import { readMyTickets, SHOWN, type Shown, sorted, useKeptCodes } from "./tickets";

/** One's own tickets: coming, past and cancelled, each at an address of its own. */
export function Component() {
  const { t } = useTranslation("my-tickets");
  const [search] = useSearchParams();
  const shown = SHOWN.find((kind) => kind === search.get("show")) ?? "coming";
  const userId = useUser()?.id ?? 0;
  const tickets = useQuery({
    queryKey: ["my-tickets", userId],
    queryFn: () => readMyTickets(userId),
  });
  const listed = sorted(tickets.data ?? [], shown);
  useKeptCodes(sorted(tickets.data ?? [], "coming"));
  return (
    <Page title={t("title")}>
      <PageHeader title={t("title")} lead={t("lead")} />
      <Kinds shown={shown} tickets={tickets.data} />
      {tickets.isPending && <LoadingLines lines={3} height={120} />}
      {tickets.isError && <ErrorState error={tickets.error} retry={() => void tickets.refetch()} />}
      {tickets.data && listed.length === 0 && (
        <Empty
          title={t(`empty.${shown}`)}
          action={<LinkButton to={paths.home()}>{t("empty.action")}</LinkButton>}
        />
      )}
      <ul className={classes.list}>
        {listed.map((ticket) => (
          <li key={ticket.id}>
            <TicketCard ticket={ticket} />
          </li>
        ))}
      </ul>
    </Page>
  );
}

function Kinds({ shown, tickets }: { shown: Shown; tickets: readonly TicketView[] | undefined }) {
  const { t } = useTranslation("my-tickets");
  return (
    <nav aria-label={t("show.label")} className={classes.kinds}>
      {SHOWN.map((kind) => (
        <Link
          key={kind}
          to={kind === "coming" ? paths.myTickets() : `${paths.myTickets()}?show=${kind}`}
          aria-current={kind === shown ? "page" : undefined}
        >
          {t(`show.${kind}`)}
          <span className="figures"> {tickets ? sorted(tickets, kind).length : "–"}</span>
        </Link>
      ))}
    </nav>
  );
}

function TicketCard({ ticket }: { ticket: TicketView }) {
  const { t } = useTranslation("my-tickets");
  const { event } = ticket;
  return (
    <Link to={paths.myTicket(ticket.id)} className={classes.card}>
      <TicketStub
        isTorn={ticket.status !== "confirmed"}
        stub={
          <>
            <span className={classes.status} data-status={ticket.status}>
              {t(`status.${ticket.status}`)}
            </span>
            <span className={classes.number}>{ticket.ticket_number}</span>
            <span className={classes.type}>{ticket.ticket_type}</span>
          </>
        }
      >
        <p className={classes.when}>
          <DateTime instant={event.date} timeZone={event.time_zone} namesZone />
        </p>
        <h2 className={classes.name}>{event.title}</h2>
        <p className={classes.where}>{event.location}</p>
      </TicketStub>
    </Link>
  );
}
