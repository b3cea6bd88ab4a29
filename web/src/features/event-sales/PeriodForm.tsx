import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useSearchParams } from "react-router";

import { paths } from "@/paths";

import { monthOf, type Period, today, yearOf } from "./period";
import classes from "./Sales.module.css";

interface PeriodFormProps {
  period: Period;
  /** Undefined until it is known which one is shown where nobody has chosen. */
  currency: string | undefined;
  /** Those of the organiser's events; a choice is offered where there is more than one. */
  currencies: readonly string[];
}

/** From when to when: the usual periods as links, any other by its days. All stand in the address. */
export function PeriodForm({ period, currency, currencies }: PeriodFormProps) {
  const { t } = useTranslation("event-sales");
  const [, setSearch] = useSearchParams();
  const [isBackwards, setBackwards] = useState(period.from > period.to);
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const data = new FormData(event.currentTarget);
    const [from, to] = [String(data.get("from") ?? ""), String(data.get("to") ?? "")];
    setBackwards(from > to);
    const chosen = data.get("currency") ?? currency;
    if (from <= to) setSearch({ from, to, ...(chosen && { currency: String(chosen) }) });
  };
  const choices = [...new Set(currency ? [currency, ...currencies] : currencies)].sort();
  return (
    <form onSubmit={submit} key={`${period.from} ${period.to}`} className={classes.search}>
      <Presets currency={currency} />
      <TextInput
        id="from"
        name="from"
        type="date"
        required
        withAsterisk={false}
        label={t("statement.from")}
        defaultValue={period.from}
      />
      <TextInput
        id="to"
        name="to"
        type="date"
        required
        withAsterisk={false}
        label={t("statement.to")}
        defaultValue={period.to}
        error={isBackwards && t("statement.order")}
      />
      {choices.length > 1 && (
        <NativeSelect
          id="currency"
          name="currency"
          label={t("statement.currency")}
          defaultValue={currency}
          data={choices}
        />
      )}
      <Button type="submit" variant="default">
        {t("statement.show")}
      </Button>
    </form>
  );
}

function Presets({ currency }: { currency: string | undefined }) {
  const { t } = useTranslation("event-sales");
  const day = today();
  const presets = [
    [t("statement.thisMonth"), monthOf(day)],
    [t("statement.lastMonth"), monthOf(day, -1)],
    [t("statement.thisYear"), yearOf(day)],
  ] as const;
  return (
    <nav aria-label={t("statement.period")} className={classes.presets}>
      {presets.map(([label, { from, to }]) => (
        <Link key={label} to={paths.organiseStatement({ from, to, currency })}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
