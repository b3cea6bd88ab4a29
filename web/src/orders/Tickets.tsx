import { Button, Checkbox } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import type { OrderView, RefundView, TicketView } from "@/api/generated/tickets";
import { formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { type Column, DataTable, DateTime, Empty, Money, Notice, Section } from "@/ui";

import classes from "./Orders.module.css";
import { RefundDialog } from "./RefundDialog";

interface TicketsProps {
  order: OrderView;
  tickets: readonly TicketView[];
  /** Asks anew for what has changed. */
  onRefunded: () => Promise<void>;
}

/** The tickets of an order: choose some or all, see what would go back, and only then refund. */
export function Tickets({ order, tickets, onRefunded }: TicketsProps) {
  const { t } = useTranslation("orders");
  const [chosen, setChosen] = useState<readonly number[]>([]);
  const [asked, setAsked] = useState<readonly TicketView[]>([]);
  const [given, setGiven] = useState<RefundView | null>(null);
  const live = tickets.filter(({ status }) => status === "confirmed");
  const columns = useColumns(live, chosen, setChosen);
  const ask = (some: readonly TicketView[]) => {
    setGiven(null);
    setAsked(some);
  };
  const finish = async (refund: RefundView) => {
    await onRefunded();
    setGiven(refund);
    setChosen([]);
    setAsked([]);
  };
  return (
    <Section title={t("tickets.title")}>
      <DataTable
        hasCards
        caption={t("tickets.title")}
        rows={tickets}
        rowKey={(ticket) => ticket.id}
        empty={<Empty title={t("tickets.none")} />}
        columns={columns}
      />
      {tickets.some(({ status }) => status === "used") && (
        <p className={classes.hint}>{t("tickets.usedHint")}</p>
      )}
      {live.length > 0 && (
        <div className={classes.ways}>
          <Button
            variant="default"
            disabled={chosen.length === 0}
            onClick={() => ask(live.filter(({ id }) => chosen.includes(id)))}
          >
            {t("tickets.refundChosen", { count: chosen.length })}
          </Button>
          <Button variant="default" onClick={() => ask(live)}>
            {t(live.length === tickets.length ? "tickets.refundAll" : "tickets.refundRest")}
          </Button>
        </div>
      )}
      {given !== null && <Given refund={given} />}
      {asked.length > 0 && (
        <RefundDialog
          order={order}
          tickets={asked}
          onClose={() => setAsked([])}
          onGiven={(refund) => void finish(refund)}
        />
      )}
    </Section>
  );
}

function Given({ refund }: { refund: RefundView }) {
  const { t } = useTranslation("orders");
  const language = useLanguage();
  const amount = formatMoney(refund.total, refund.currency, language);
  const sentence = Number(refund.total) > 0 ? t("refund.done", { amount }) : t("refund.doneFree");
  return (
    <div className={classes.given}>
      <Notice tone="good" isAnnounced title={sentence} />
    </div>
  );
}

function useColumns(
  live: readonly TicketView[],
  chosen: readonly number[],
  choose: (ids: readonly number[]) => void,
): Column<TicketView>[] {
  const { t } = useTranslation("orders");
  const isAll = live.length > 0 && chosen.length === live.length;
  const toggle = (id: number) =>
    choose(chosen.includes(id) ? chosen.filter((other) => other !== id) : [...chosen, id]);
  return [
    {
      key: "choose",
      title: (
        <>
          <span className="visually-hidden">{t("tickets.choice")}</span>
          <Checkbox
            aria-label={t("tickets.chooseAll")}
            disabled={live.length === 0}
            checked={isAll}
            indeterminate={chosen.length > 0 && !isAll}
            onChange={() => choose(isAll ? [] : live.map(({ id }) => id))}
          />
        </>
      ),
      render: (ticket) => (
        <Checkbox
          aria-label={t("tickets.choose", { number: ticket.ticket_number })}
          disabled={ticket.status !== "confirmed"}
          checked={chosen.includes(ticket.id)}
          onChange={() => toggle(ticket.id)}
        />
      ),
    },
    {
      key: "number",
      title: t("tickets.number"),
      isRowHeader: true,
      render: (ticket) => ticket.ticket_number,
    },
    { key: "type", title: t("tickets.type"), render: (ticket) => ticket.ticket_type },
    { key: "state", title: t("tickets.state"), render: (ticket) => <State ticket={ticket} /> },
    {
      key: "paid",
      title: t("tickets.paid"),
      isNumeric: true,
      render: ({ total, currency }) => <Money amount={total} currency={currency} freeAsWord />,
    },
  ];
}

function State({ ticket }: { ticket: TicketView }) {
  const { t } = useTranslation("orders");
  const at = ticket.status === "used" ? ticket.used_at : ticket.cancelled_at;
  return (
    <>
      {t(`tickets.states.${ticket.status}`)}
      {ticket.refund_status !== null && `, ${t(`tickets.refunds.${ticket.refund_status}`)}`}
      {at !== null && (
        <span className={classes.note}>
          <DateTime instant={at} style="short" />
        </span>
      )}
    </>
  );
}
