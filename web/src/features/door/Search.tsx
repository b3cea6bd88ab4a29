import { Button, TextInput } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import {
  type FoundView,
  getGetTicketsEventsByEventIdDoorSearchQueryKey,
  useGetTicketsEventsByEventIdDoorSearch,
  usePostTicketsByTicketIdUndoAdmission,
} from "@/api/generated/tickets";
import { useUser } from "@/api/useSession";
import { formatDate } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { ConfirmDialog, Empty, ErrorState, LoadingLines } from "@/ui";

import classes from "./Door.module.css";

const LETTERS_MIN = 2;

/** Find somebody's ticket by name, to admit it or, for a supervisor, to take that back. */
export function Search({
  eventId,
  onAdmit,
}: {
  eventId: number;
  onAdmit: (ticketId: number) => void;
}) {
  const { t } = useTranslation("door");
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  const found = useGetTicketsEventsByEventIdDoorSearch(
    eventId,
    { q },
    { query: { enabled: q.length >= LETTERS_MIN, staleTime: 0 } },
  );
  const [undoing, setUndoing] = useState<FoundView | null>(null);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setQ(typed.trim());
  };
  return (
    <>
      <form onSubmit={submit} className={classes.form}>
        <TextInput
          id="search"
          type="search"
          size="lg"
          label={t("search.label")}
          autoComplete="off"
          minLength={LETTERS_MIN}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Button type="submit" size="lg">
          {t("search.submit")}
        </Button>
      </form>
      {found.isLoading && <LoadingLines lines={3} height={56} />}
      {found.isError && <ErrorState error={found.error} retry={() => void found.refetch()} />}
      {found.data?.data.length === 0 && <Empty title={t("search.empty")} />}
      <ul className={classes.found}>
        {found.data?.data.map((ticket) => (
          <Found
            key={ticket.ticket_id}
            ticket={ticket}
            onAdmit={() => onAdmit(ticket.ticket_id)}
            onUndo={() => setUndoing(ticket)}
          />
        ))}
      </ul>
      {found.data?.more && <p>{t("search.more")}</p>}
      {undoing && (
        <Undo ticket={undoing} eventId={eventId} q={q} onClose={() => setUndoing(null)} />
      )}
    </>
  );
}

function Found({
  ticket,
  onAdmit,
  onUndo,
}: {
  ticket: FoundView;
  onAdmit: () => void;
  onUndo: () => void;
}) {
  const { t } = useTranslation("door");
  const language = useLanguage();
  const role = useUser()?.role;
  const when = ticket.used_at ? formatDate(ticket.used_at, "time", language) : "";
  return (
    <li>
      <span>
        <strong>{ticket.buyer_name}</strong>
        <br />
        {ticket.ticket_type} · <span className="figures">{ticket.ticket_number}</span> ·{" "}
        {t(`status.${ticket.status}`, { when })}
      </span>
      {ticket.status === "confirmed" && <Button onClick={onAdmit}>{t("search.admit")}</Button>}
      {ticket.status === "used" && role !== "operator" && (
        <Button variant="default" onClick={onUndo}>
          {t("search.undo")}
        </Button>
      )}
    </li>
  );
}

interface UndoProps {
  ticket: FoundView;
  eventId: number;
  q: string;
  onClose: () => void;
}

function Undo({ ticket, eventId, q, onClose }: UndoProps) {
  const { t } = useTranslation("door");
  const queries = useQueryClient();
  const [reason, setReason] = useState("");
  const undo = usePostTicketsByTicketIdUndoAdmission({
    mutation: {
      onSuccess: async () => {
        const queryKey = getGetTicketsEventsByEventIdDoorSearchQueryKey(eventId, { q });
        await queries.invalidateQueries({ queryKey });
        onClose();
      },
    },
  });
  return (
    <ConfirmDialog
      isOpen
      title={t("undo.title")}
      confirm={t("undo.confirm")}
      isBusy={undo.isPending}
      error={undo.error}
      onClose={onClose}
      onConfirm={() => undo.mutate({ ticketId: ticket.ticket_id, data: { reason } })}
    >
      <p>{t("undo.explain", { number: ticket.ticket_number })}</p>
      <TextInput
        id="reason"
        label={t("undo.reason")}
        maxLength={200}
        value={reason}
        onChange={(event) => setReason(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
