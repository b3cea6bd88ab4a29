import { useTranslation } from "react-i18next";

import type { EventAnswer } from "@/api/generated/events";
import { type MessageView, useGetTicketsEventsByEventIdMessages } from "@/api/generated/tickets";
import { DateTime, Empty, ErrorState, LoadingLines } from "@/ui";

import classes from "./HolderMessages.module.css";

const LOOK_AGAIN_MILLISECONDS = 2000;

/** What was written, newest first; one under way is looked at again until it is told to all. */
export function History({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("holder-messages");
  const messages = useGetTicketsEventsByEventIdMessages(event.id, {
    query: {
      refetchInterval: ({ state }) =>
        state.data?.data.some(({ finished_at }) => finished_at === null)
          ? LOOK_AGAIN_MILLISECONDS
          : false,
    },
  });
  if (messages.isPending) return <LoadingLines lines={2} height={48} />;
  if (messages.isError)
    return <ErrorState error={messages.error} retry={() => void messages.refetch()} />;
  if (messages.data.data.length === 0) return <Empty title={t("history.empty")} />;
  return (
    <ul className={classes.history}>
      {messages.data.data.map((message) => (
        <Message key={message.id} message={message} event={event} />
      ))}
    </ul>
  );
}

function Message({ message, event }: { message: MessageView; event: EventAnswer }) {
  const { t } = useTranslation("holder-messages");
  const { recipients, told } = message;
  const types = (message.ticket_type_ids ?? []).map(
    (id) => event.ticket_types.find((type) => type.id === id)?.name ?? t("history.goneType"),
  );
  return (
    <li>
      <div className={classes.head}>
        <h3>{message.subject}</h3>
        <p className={classes.quiet}>
          <DateTime instant={message.created_at} timeZone={event.time_zone} style="short" />
        </p>
      </div>
      <p className={classes.quiet}>
        {message.finished_at === null
          ? t("history.progress", { told, recipients })
          : t("history.done", { count: recipients })}
        {" · "}
        {types.length > 0 ? types.join(", ") : t("history.all")}
      </p>
      <details className={classes.details}>
        <summary>{t("history.read")}</summary>
        <p className={classes.body}>{message.body}</p>
      </details>
    </li>
  );
}
