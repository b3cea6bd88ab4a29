import { Button, Checkbox, NativeSelect } from "@mantine/core";
import { useFieldArray, useWatch } from "react-hook-form";
import { useTranslation } from "react-i18next";

import type { HouseTermsAnswer } from "@/api/generated/events";
import { formatMoney, formatPercent } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { PlusIcon, TextField } from "@/ui";

import type { EventForm } from "./EventForm";
import classes from "./Organiser.module.css";
import { RemoveButton } from "./RemoveButton";
import { choices, leastCharged, newType } from "./values";

interface TicketTypesProps {
  form: EventForm;
  terms: HouseTermsAnswer;
}

/** The ticket types of an event, one below the other. */
export function TicketTypes({ form, terms }: TicketTypesProps) {
  const { t } = useTranslation("organiser");
  const language = useLanguage();
  const lines = useFieldArray({ control: form.control, name: "ticket_types" });
  return (
    <div className={classes.fields}>
      {lines.fields.map((line, index) => (
        <fieldset key={line.id} className={classes.line}>
          <TextField
            form={form}
            name={`ticket_types.${index}.name`}
            maxLength={100}
            label={t("fields.typeName")}
          />
          <div className={classes.figures}>
            <TextField
              form={form}
              name={`ticket_types.${index}.price`}
              inputMode="decimal"
              label={t("fields.price")}
            />
            <NativeSelect
              {...form.register(`ticket_types.${index}.vat_rate`)}
              id={`ticket_types.${index}.vat_rate`}
              label={t("fields.vat_rate")}
              data={choices(terms.vat_rates, line.vat_rate).map((value) => ({
                value,
                label: formatPercent(value, language),
              }))}
            />
            <TextField
              form={form}
              name={`ticket_types.${index}.capacity`}
              inputMode="numeric"
              label={t("fields.capacity")}
            />
          </div>
          <TooSmall form={form} index={index} terms={terms} />
          <OwnTerms form={form} index={index} />
          <Checkbox
            {...form.register(`ticket_types.${index}.is_hidden`)}
            id={`ticket_types.${index}.is_hidden`}
            label={t("fields.is_hidden")}
          />
          {lines.fields.length > 1 && (
            <RemoveButton name={line.name} onClick={() => lines.remove(index)} />
          )}
        </fieldset>
      ))}
      <Button
        variant="default"
        leftSection={<PlusIcon />}
        onClick={() => lines.append(newType(terms))}
      >
        {t("edit.addType")}
      </Button>
    </div>
  );
}

/** Says so while a price is too small to be paid. */
function TooSmall({ form, index, terms }: TicketTypesProps & { index: number }) {
  const { t } = useTranslation("organiser");
  const language = useLanguage();
  const [price, currency, fee_mode, fee_per_ticket, fee_percent] = useWatch({
    control: form.control,
    name: [`ticket_types.${index}.price`, "currency", "fee_mode", "fee_per_ticket", "fee_percent"],
  });
  const fee = { currency, fee_mode, fee_per_ticket, fee_percent };
  const least = leastCharged(fee, price, terms.charged_min);
  return (
    <p role="status" className={classes.hint}>
      {least && t("fields.priceTooSmall", { least: formatMoney(least, currency, language) })}
    </p>
  );
}

const TIMES = ["sale_opens_at", "sale_closes_at"] as const;
const LIMITS = ["per_order_max", "per_account_max"] as const;

/** When this type is on sale and how many one may have, where that is not as for the event. */
function OwnTerms({ form, index }: { form: EventForm; index: number }) {
  const { t } = useTranslation("organiser");
  const type = form.formState.defaultValues?.ticket_types?.[index];
  const hasOwn = [...TIMES, ...LIMITS].some((name) => Boolean(type?.[name]));
  return (
    <details className={classes.more} open={hasOwn}>
      <summary>{t("edit.ownTerms")}</summary>
      <p className={classes.hint}>{t("edit.ownTermsHint")}</p>
      <div className={classes.pair}>
        {TIMES.map((name) => (
          <TextField
            key={name}
            form={form}
            name={`ticket_types.${index}.${name}`}
            type="datetime-local"
            isOptional
            label={t(`fields.${name}`)}
          />
        ))}
      </div>
      <div className={classes.numbers}>
        {LIMITS.map((name) => (
          <TextField
            key={name}
            form={form}
            name={`ticket_types.${index}.${name}`}
            inputMode="numeric"
            isOptional
            label={t(`fields.${name}`)}
          />
        ))}
      </div>
    </details>
  );
}
