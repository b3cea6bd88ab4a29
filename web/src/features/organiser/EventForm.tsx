import { zodResolver } from "@hookform/resolvers/zod";
import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { useState } from "react";
import { type UseFormReturn, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import {
  type EventAnswer,
  FeeBodyMode,
  type HouseTermsAnswer,
  NewEventCurrency,
  useGetEventsCategories,
} from "@/api/generated/events";
import { problemOf } from "@/api/problem";
import { formatCurrencyName } from "@/i18n/format";
import { instantOf } from "@/i18n/localTime";
import { useLanguage } from "@/i18n/useLanguage";
import { ErrorState, Notice, Section, showFieldErrors, TextAreaField, TextField } from "@/ui";

import { LineUp, Partners } from "./LineUp";
import classes from "./Organiser.module.css";
import { RescheduleDialog } from "./RescheduleDialog";
import { TicketTypes } from "./TicketTypes";
import { changesOf, choices, type EventValues, fieldOf, newEvent, valuesOf } from "./values";

/** Browsers leave this one out of what they know. */
const ZONES = ["UTC", ...Intl.supportedValuesOf("timeZone")];

export type EventForm = UseFormReturn<EventValues>;

interface EventFormProps {
  event: EventAnswer | null;
  terms: HouseTermsAnswer;
  isBusy: boolean;
  isSaved: boolean;
  error: unknown;
  onSave: (changes: ReturnType<typeof changesOf>) => Promise<EventAnswer | undefined>;
}

/** Everything of an event that its organiser decides, on one page. */
export function EventFormView(props: EventFormProps) {
  const { event, terms, isBusy, isSaved, error, onSave } = props;
  const { t } = useTranslation("organiser");
  const form = useEventForm(event, terms);
  const [moved, setMoved] = useState<EventValues | null>(null);
  const save = (values: EventValues) =>
    onSave(changesOf(values, event)).then(
      // New lines have ids from now on, without which the next save would add them again.
      (saved) => saved && form.reset(valuesOf(saved)),
      (problem) => void showFieldErrors(form, problem, fieldOf),
    );
  const submit = form.handleSubmit((values) =>
    event !== null && isMoved(values, event) ? setMoved(values) : save(values),
  );
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      <What form={form} />
      <WhenAndWhere form={form} />
      <Section title={t("edit.tickets")}>
        <TicketTypes form={form} terms={terms} />
      </Section>
      <Money form={form} />
      <Section title={t("edit.lineUp")}>
        <LineUp form={form} />
      </Section>
      <Section title={t("edit.partners")}>
        <Partners form={form} />
      </Section>
      {error !== null && <Failure error={error} />}
      {isSaved && !form.formState.isDirty && (
        <Notice tone="good" isAnnounced title={t("edit.saved")} />
      )}
      {event !== null && moved !== null && (
        <RescheduleDialog
          event={event}
          startsAt={instantOf(moved.date, moved.time_zone) ?? event.date}
          timeZone={moved.time_zone}
          isBusy={isBusy}
          onClose={() => setMoved(null)}
          onConfirm={() => void save(moved).finally(() => setMoved(null))}
        />
      )}
      <Button type="submit" size="lg" loading={isBusy}>
        {t(event === null ? "edit.create" : "edit.save")}
      </Button>
    </form>
  );
}

/** Whether buyers have to be told: an event that is on sale begins at another moment. */
function isMoved(values: EventValues, event: EventAnswer): boolean {
  if (event.status !== "published") return false;
  const before = valuesOf(event);
  return values.date !== before.date || values.time_zone !== before.time_zone;
}

/** The sentence of the refusal, with the fields that it is about: they may be far above. */
function Failure({ error }: { error: unknown }) {
  const { t } = useTranslation("organiser");
  const labelOf = (name: string) =>
    t(`fields.${fieldOf(name).split(".").at(-1) as "price"}`, { defaultValue: name });
  const { errors } = problemOf(error);
  return (
    <>
      <ErrorState error={error} />
      <ul>
        {Object.entries(errors).map(([field, sentences]) => (
          <li key={field}>
            {labelOf(field)} : {sentences.join(" ")}
          </li>
        ))}
      </ul>
    </>
  );
}

function useEventForm(event: EventAnswer | null, terms: HouseTermsAnswer): EventForm {
  const { t } = useTranslation();
  const needed = z.string().trim().min(1, t("form.required"));
  return useForm<EventValues>({
    resolver: zodResolver(
      z.looseObject({
        title: needed,
        date: needed,
        location: needed,
        ticket_types: z.array(z.looseObject({ name: needed, price: needed, capacity: needed })),
        speakers: z.array(z.looseObject({ name: needed })),
        sponsors: z.array(z.looseObject({ name: needed })),
      }),
    ) as never,
    defaultValues: newEvent(terms),
    values: event === null ? undefined : valuesOf(event),
    // A picture that was saved meanwhile must not throw away what was typed.
    resetOptions: { keepDirtyValues: true },
  });
}

function What({ form }: { form: EventForm }) {
  const { t } = useTranslation("organiser");
  const language = useLanguage();
  const categories = useGetEventsCategories();
  // Not registered: the form would read it from a list that is not there yet, and lose it.
  const category = form.watch("category");
  return (
    <Section title={t("edit.what")}>
      <div className={classes.fields}>
        <TextField form={form} name="title" maxLength={200} label={t("fields.title")} />
        <TextAreaField
          form={form}
          name="description"
          minRows={6}
          isOptional
          label={t("fields.description")}
        />
        <NativeSelect
          id="category"
          name="category"
          value={category}
          onChange={(event) =>
            form.setValue("category", event.currentTarget.value, { shouldDirty: true })
          }
          label={t("fields.category")}
          data={[
            { value: "", label: t("fields.noCategory") },
            ...(categories.data?.data ?? []).map((category) => ({
              value: category.key,
              label: language === "fr" ? category.name_fr : category.name_en,
            })),
          ]}
        />
      </div>
    </Section>
  );
}

function WhenAndWhere({ form }: { form: EventForm }) {
  const { t } = useTranslation("organiser");
  const times = ["date", "end_date", "sale_opens_at", "sale_closes_at"] as const;
  return (
    <Section title={t("edit.where")}>
      <div className={classes.fields}>
        <div className={classes.pair}>
          {times.map((name) => (
            <TextField
              key={name}
              form={form}
              name={name}
              type="datetime-local"
              isOptional={name !== "date"}
              label={t(`fields.${name}`)}
            />
          ))}
        </div>
        <NativeSelect
          {...form.register("time_zone")}
          id="time_zone"
          label={t("fields.time_zone")}
          description={t("fields.timesHint")}
          data={choices(ZONES, form.formState.defaultValues?.time_zone)}
        />
        <TextField form={form} name="location" label={t("fields.location")} />
        <div className={classes.pair}>
          <TextField form={form} name="venue" isOptional label={t("fields.venue")} />
          <TextField form={form} name="city" isOptional label={t("fields.city")} />
        </div>
      </div>
    </Section>
  );
}

function Money({ form }: { form: EventForm }) {
  const { t } = useTranslation("organiser");
  const language = useLanguage();
  const figures = ["fee_per_ticket", "fee_percent", "until_hours", "kept_per_ticket"] as const;
  return (
    <Section title={t("edit.money")}>
      <div className={classes.fields}>
        <div className={classes.pair}>
          <NativeSelect
            {...form.register("currency")}
            id="currency"
            label={t("fields.currency")}
            data={Object.values(NewEventCurrency).map((value) => ({
              value,
              label: `${value} – ${formatCurrencyName(value, language)}`,
            }))}
          />
          <NativeSelect
            {...form.register("fee_mode")}
            id="fee_mode"
            label={t("fields.fee_mode")}
            data={Object.values(FeeBodyMode).map((value) => ({
              value,
              label: t(`fields.fee_${value}`),
            }))}
          />
        </div>
        <div className={classes.numbers}>
          {figures.map((name) => (
            <TextField
              key={name}
              form={form}
              name={name}
              inputMode="decimal"
              label={t(`fields.${name}`)}
            />
          ))}
          {(["per_order_max", "per_account_max"] as const).map((name) => (
            <TextField
              key={name}
              form={form}
              name={name}
              inputMode="numeric"
              isOptional={name === "per_account_max"}
              label={t(`fields.${name}`)}
            />
          ))}
        </div>
        <Checkbox
          {...form.register("refund_allowed")}
          id="refund_allowed"
          label={t("fields.refund_allowed")}
        />
        <Checkbox {...form.register("keeps_fee")} id="keeps_fee" label={t("fields.keeps_fee")} />
      </div>
    </Section>
  );
}
