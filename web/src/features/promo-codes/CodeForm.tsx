import { zodResolver } from "@hookform/resolvers/zod";
import { Button, Checkbox, Radio } from "@mantine/core";
import { type UseFormReturn, useForm } from "react-hook-form";
import { useTranslation } from "react-i18next";
import { z } from "zod";

import type { EventAnswer } from "@/api/generated/events";
import type { PromoCodeAsked, PromoCodeView } from "@/api/generated/tickets";
import { problemOf } from "@/api/problem";
import { formatZone } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { paths } from "@/paths";
import { ErrorState, LinkButton, showFieldErrors, TextField } from "@/ui";

import { askedOf, type CodeValues, decimal, NEW_CODE, suggestion, valuesOf } from "./codes";
import classes from "./PromoCodes.module.css";

type Form = UseFormReturn<CodeValues>;

interface CodeFormProps {
  event: EventAnswer;
  promo?: PromoCodeView;
  isBusy: boolean;
  error: unknown;
  onSave: (asked: PromoCodeAsked) => Promise<unknown>;
}

/** The terms of a code. The code itself is chosen once: people may have it written down. */
export function CodeForm({ event, promo, isBusy, error, onSave }: CodeFormProps) {
  const { t } = useTranslation("promo-codes");
  const { t: common } = useTranslation();
  const form = useCodeForm(event, promo);
  const submit = form.handleSubmit((values) =>
    onSave(askedOf(values, event.time_zone, promo)).catch((problem) => showErrors(form, problem)),
  );
  const isShownAtField = error !== null && fieldsOf(error).some((name) => name in NEW_CODE);
  return (
    <form onSubmit={submit} className={classes.form} noValidate>
      {error !== null && !isShownAtField && <ErrorState error={error} />}
      {promo === undefined && <Code form={form} />}
      <Gift form={form} event={event} />
      <Types form={form} event={event} />
      <Limits form={form} event={event} />
      <div className={classes.end}>
        <Button type="submit" loading={isBusy}>
          {t(promo === undefined ? "form.create" : "form.save")}
        </Button>
        <LinkButton variant="default" to={paths.organiseEventPart(event.id, "promo-codes")}>
          {common("cancel")}
        </LinkButton>
      </div>
    </form>
  );
}

function fieldsOf(error: unknown): string[] {
  const { code, errors } = problemOf(error);
  return code === "promo_code_exists" ? ["code"] : Object.keys(errors);
}

function showErrors(form: Form, error: unknown): void {
  const { code, message } = problemOf(error);
  if (code === "promo_code_exists") {
    form.setError("code", { type: "server", message }, { shouldFocus: true });
  } else {
    showFieldErrors(form, error);
  }
}

const PERCENT_MAX = 100;

function useCodeForm(event: EventAnswer, promo: PromoCodeView | undefined): Form {
  const { t } = useTranslation("promo-codes");
  const schema = z
    .looseObject({
      code: z
        .string()
        .trim()
        .regex(/^[\p{L}\p{N}_.+-]{2,40}$/u, t("form.codeWrong")),
      max_uses: z
        .string()
        .trim()
        .regex(/^([1-9]\d{0,6})?$/, t("form.usesWrong")),
    })
    .superRefine((values, context) => {
      const { kind, percent, amount, for_all, ticket_type_ids } = values as unknown as CodeValues;
      const figure = Number(decimal(percent));
      if (kind === "percent" && !(figure > 0 && figure <= PERCENT_MAX))
        context.addIssue({ code: "custom", path: ["percent"], message: t("form.percentWrong") });
      const isAmount = /^\d{1,6}([.,]\d{1,2})?$/.test(amount.trim()) && Number(decimal(amount)) > 0;
      if (kind === "amount" && !isAmount)
        context.addIssue({ code: "custom", path: ["amount"], message: t("form.amountWrong") });
      if (!for_all && ticket_type_ids.length === 0)
        context.addIssue({
          code: "custom",
          path: ["ticket_type_ids"],
          message: t("form.typesWrong"),
        });
    });
  return useForm<CodeValues>({
    resolver: zodResolver(schema) as never,
    defaultValues: promo === undefined ? NEW_CODE : valuesOf(promo, event.time_zone),
  });
}

function Code({ form }: { form: Form }) {
  const { t } = useTranslation("promo-codes");
  return (
    <div className={classes.withButton}>
      <TextField
        form={form}
        name="code"
        maxLength={40}
        autoComplete="off"
        autoCapitalize="characters"
        spellCheck={false}
        label={t("form.code")}
        description={t("form.codeHint")}
      />
      <Button
        variant="default"
        onClick={() => form.setValue("code", suggestion(), { shouldValidate: true })}
      >
        {t("form.suggest")}
      </Button>
    </div>
  );
}

function Gift({ form, event }: { form: Form; event: EventAnswer }) {
  const { t } = useTranslation("promo-codes");
  const kind = form.watch("kind");
  const hasHidden = event.ticket_types.some((type) => type.is_hidden);
  return (
    <fieldset className={classes.fields}>
      <legend className={classes.legend}>{t("form.kind")}</legend>
      {(["percent", "amount", "none"] as const).map((value) => (
        <Radio
          key={value}
          {...form.register("kind")}
          value={value}
          checked={kind === value}
          label={t(`form.kinds.${value}`)}
          description={value === "none" && !hasHidden ? t("form.noHidden") : undefined}
        />
      ))}
      <div className={classes.short}>
        {kind === "percent" && (
          <TextField form={form} name="percent" inputMode="decimal" label={t("form.percent")} />
        )}
        {kind === "amount" && (
          <TextField
            form={form}
            name="amount"
            inputMode="decimal"
            label={t("form.amount", { currency: event.currency })}
            description={t("form.amountHint")}
          />
        )}
      </div>
      {kind !== "none" && (
        <Checkbox
          {...form.register("reveals_hidden")}
          id="reveals_hidden"
          label={t("form.reveals")}
          description={t(hasHidden ? "form.revealsHint" : "form.noHidden")}
        />
      )}
    </fieldset>
  );
}

function Types({ form, event }: { form: Form; event: EventAnswer }) {
  const { t } = useTranslation("promo-codes");
  const isForAll = form.watch("for_all");
  const chosen = form.watch("ticket_type_ids");
  return (
    <fieldset className={classes.fields}>
      <legend className={classes.legend}>{t("form.types")}</legend>
      {[true, false].map((value) => (
        <Radio
          key={String(value)}
          name="for_all"
          checked={isForAll === value}
          onChange={() => form.setValue("for_all", value)}
          label={t(value ? "form.allTypes" : "form.someTypes")}
        />
      ))}
      {!isForAll && (
        <Checkbox.Group
          className={classes.inset}
          aria-label={t("form.someTypes")}
          value={chosen}
          onChange={(ids) => form.setValue("ticket_type_ids", ids, { shouldDirty: true })}
          error={form.formState.errors.ticket_type_ids?.message}
        >
          <div className={classes.fields}>
            {event.ticket_types.map((type) => (
              <Checkbox
                key={type.id}
                value={String(type.id)}
                label={type.is_hidden ? `${type.name} (${t("form.hidden")})` : type.name}
              />
            ))}
          </div>
        </Checkbox.Group>
      )}
    </fieldset>
  );
}

function Limits({ form, event }: { form: Form; event: EventAnswer }) {
  const { t } = useTranslation("promo-codes");
  const language = useLanguage();
  return (
    <fieldset className={classes.fields}>
      <legend className={classes.legend}>{t("form.limits")}</legend>
      <div className={classes.short}>
        <TextField
          form={form}
          name="max_uses"
          inputMode="numeric"
          isOptional
          label={t("form.max_uses")}
          description={t("form.usesHint")}
        />
      </div>
      <div className={classes.pair}>
        {(["valid_from", "valid_until"] as const).map((name) => (
          <TextField
            key={name}
            form={form}
            name={name}
            type="datetime-local"
            isOptional
            label={t(`form.${name}`)}
          />
        ))}
      </div>
      <p className={classes.quiet}>
        {t("form.zone", { zone: formatZone(event.date, event.time_zone, language) })}
      </p>
    </fieldset>
  );
}
