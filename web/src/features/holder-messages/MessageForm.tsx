import { zodResolver } from "@hookform/resolvers/zod";
import { Button, Checkbox, Radio } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import type { EventAnswer } from "@/api/generated/events";
import {
  getGetTicketsEventsByEventIdMessagesQueryKey,
  getGetTicketsEventsByEventIdMessagesRecipientsQueryKey,
  type MessageAsked,
  type MessageView,
  postTicketsEventsByEventIdMessages,
  type ReachView,
  useGetTicketsEventsByEventIdMessagesRecipients,
} from "@/api/generated/tickets";
import type { ApiProblem } from "@/api/problem";
import { newIdempotencyKey, under } from "@/api/request";
import { ErrorState, showFieldErrors, TextAreaField, TextField } from "@/ui";

import classes from "./HolderMessages.module.css";
import { Preview } from "./Preview";
import { Reach } from "./Reach";

interface MessageValues {
  subject: string;
  body: string;
  for_all: boolean;
  ticket_type_ids: string[];
}

type Form = UseFormReturn<MessageValues>;

const EMPTY: MessageValues = { subject: "", body: "", for_all: true, ticket_type_ids: [] };

interface MessageFormProps {
  event: EventAnswer;
  onSent: (recipients: number) => void;
}

/** Write, see how many it reaches, read it again, send it. */
export function MessageForm({ event, onSent }: MessageFormProps) {
  const { t } = useTranslation("holder-messages");
  const form = useMessageForm();
  const [reviewed, setReviewed] = useState<{ asked: MessageAsked; key: string } | null>(null);
  const reach = useReach(event.id, form.watch());
  const send = useSending(event.id, form, (message) => {
    setReviewed(null);
    form.reset(EMPTY);
    onSent(message.recipients);
  });
  const review = form.handleSubmit((values) =>
    setReviewed({ asked: askedOf(values), key: newIdempotencyKey() }),
  );
  const mayWrite = reach.data !== undefined && isPossible(reach.data);
  return (
    <form onSubmit={review} className={classes.form} noValidate>
      <Recipients form={form} event={event} />
      <TextField
        form={form}
        name="subject"
        maxLength={120}
        label={t("form.subject")}
        description={t("form.subjectHint", { title: event.title })}
      />
      <TextAreaField
        form={form}
        name="body"
        minRows={7}
        maxLength={5000}
        label={t("form.body")}
        description={t("form.bodyHint")}
      />
      {reach.isError ? (
        <ErrorState error={reach.error} retry={() => void reach.refetch()} />
      ) : (
        <Reach reach={reach.data} timeZone={event.time_zone} />
      )}
      {send.isError && reviewed === null && <ErrorState error={send.error} />}
      <Button type="submit" disabled={!mayWrite}>
        {t("form.review")}
      </Button>
      {reviewed !== null && reach.data && (
        <Preview
          event={event}
          asked={reviewed.asked}
          recipients={reach.data.recipients}
          isBusy={send.isPending}
          error={send.error}
          onClose={() => setReviewed(null)}
          onSend={() => send.mutate(reviewed)}
        />
      )}
    </form>
  );
}

const isPossible = (reach: ReachView) => reach.recipients > 0 && reach.messages_left > 0;

const typesOf = ({ for_all, ticket_type_ids }: MessageValues) =>
  for_all ? undefined : ticket_type_ids.map(Number);

function askedOf(values: MessageValues): MessageAsked {
  const types = typesOf(values);
  return {
    subject: values.subject.trim(),
    body: values.body.trim(),
    ...(types && { ticket_type_ids: types }),
  };
}

function useMessageForm(): Form {
  const { t } = useTranslation("holder-messages");
  const { t: common } = useTranslation();
  const needed = z.string().trim().min(1, common("form.required"));
  const schema = z
    .looseObject({ subject: needed, body: needed })
    .refine((values) => (typesOf(values as unknown as MessageValues)?.length ?? 1) > 0, {
      path: ["ticket_type_ids"],
      message: t("form.typesWrong"),
    });
  return useForm<MessageValues>({ resolver: zodResolver(schema) as never, defaultValues: EMPTY });
}

/** Whom it reaches; without a type chosen yet there is nothing to count. */
function useReach(eventId: number, values: MessageValues) {
  const types = typesOf(values);
  return useGetTicketsEventsByEventIdMessagesRecipients(
    eventId,
    { ticket_type_id: types },
    { query: { enabled: types?.length !== 0, placeholderData: (before) => before } },
  );
}

function useSending(eventId: number, form: Form, onSent: (message: MessageView) => void) {
  const queries = useQueryClient();
  return useMutation<MessageView, ApiProblem, { asked: MessageAsked; key: string }>({
    mutationFn: ({ asked, key }) => postTicketsEventsByEventIdMessages(eventId, asked, under(key)),
    onError: (problem) => void showFieldErrors(form, problem),
    onSuccess: async (message) => {
      onSent(message);
      await Promise.all(
        [
          getGetTicketsEventsByEventIdMessagesQueryKey(eventId),
          getGetTicketsEventsByEventIdMessagesRecipientsQueryKey(eventId),
        ].map((queryKey) => queries.invalidateQueries({ queryKey })),
      );
    },
  });
}

function Recipients({ form, event }: { form: Form; event: EventAnswer }) {
  const { t } = useTranslation("holder-messages");
  const isForAll = form.watch("for_all");
  if (event.ticket_types.length < 2) return null;
  return (
    <fieldset className={classes.fields}>
      <legend className={classes.legend}>{t("form.to")}</legend>
      {[true, false].map((value) => (
        <Radio
          key={String(value)}
          name="for_all"
          checked={isForAll === value}
          onChange={() => form.setValue("for_all", value)}
          label={t(value ? "form.all" : "form.some")}
        />
      ))}
      {!isForAll && (
        <Checkbox.Group
          className={classes.inset}
          aria-label={t("form.some")}
          value={form.watch("ticket_type_ids")}
          onChange={(ids) => form.setValue("ticket_type_ids", ids, { shouldDirty: true })}
          error={form.formState.errors.ticket_type_ids?.message}
        >
          <div className={classes.fields}>
            {event.ticket_types.map((type) => (
              <Checkbox key={type.id} value={String(type.id)} label={type.name} />
            ))}
          </div>
        </Checkbox.Group>
      )}
    </fieldset>
  );
}
