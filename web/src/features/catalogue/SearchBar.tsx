import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, useRef } from "react";
import { useTranslation } from "react-i18next";

import { useGetEventsCategories } from "@/api/generated/events";
import { useLanguage } from "@/i18n/useLanguage";
import { SearchIcon } from "@/ui";

import { type Filters, PRICES, SORTS, WHENS } from "./filters";
import classes from "./SearchBar.module.css";

interface SearchBarProps {
  filters: Filters;
  onChange: (changed: Partial<Filters>) => void;
}

/** What, where, when and for how much; a choice counts at once, words when they are sent. */
export function SearchBar({ filters, onChange }: SearchBarProps) {
  const { t } = useTranslation("catalogue");
  const form = useRef<HTMLFormElement>(null);
  const send = (submission?: FormEvent) => {
    submission?.preventDefault();
    if (form.current === null) return;
    const given = Object.fromEntries(new FormData(form.current)) as Record<string, string>;
    onChange({ ...given, q: given.q?.trim() ?? "", city: given.city?.trim() ?? "", page: 1 });
  };
  // The address may change by a link or the back button: the fields follow it.
  const key = JSON.stringify(filters);
  return (
    <search className={classes.search}>
      <form ref={form} onSubmit={send} key={key} className={classes.form}>
        <TextInput
          name="q"
          type="search"
          label={t("search.words")}
          placeholder={t("search.wordsHint")}
          defaultValue={filters.q}
          leftSection={<SearchIcon />}
          className={classes.words}
        />
        <TextInput
          name="city"
          label={t("search.city")}
          defaultValue={filters.city}
          className={classes.city}
        />
        <CategorySelect value={filters.category} onChange={() => send()} />
        <NativeSelect
          name="when"
          label={t("search.when")}
          defaultValue={filters.when}
          onChange={() => send()}
          data={[
            { value: "", label: t("when.any") },
            ...WHENS.map((value) => ({ value, label: t(`when.${value}`) })),
          ]}
        />
        <NativeSelect
          name="price"
          label={t("search.price")}
          defaultValue={filters.price}
          onChange={() => send()}
          data={[
            { value: "", label: t("price.any") },
            ...PRICES.map((value) => ({ value, label: t(`price.${value}`) })),
          ]}
        />
        <NativeSelect
          name="sort"
          label={t("search.sort")}
          defaultValue={filters.sort || "date"}
          onChange={() => send()}
          data={SORTS.map((value) => ({
            value: value === "date" ? "" : value,
            label: t(`sort.${value}`),
          }))}
        />
        <Button type="submit" variant="default" className={classes.submit}>
          {t("search.submit")}
        </Button>
      </form>
    </search>
  );
}

function CategorySelect({ value, onChange }: { value: string; onChange: () => void }) {
  const { t } = useTranslation("catalogue");
  const language = useLanguage();
  const categories = useGetEventsCategories({ query: { staleTime: Number.POSITIVE_INFINITY } });
  const known = categories.data?.data ?? [];
  return (
    <NativeSelect
      // The choice of the address can only be shown once there are names to choose from.
      key={known.length}
      name="category"
      label={t("search.category")}
      defaultValue={value}
      onChange={onChange}
      data={[
        { value: "", label: t("category.any") },
        ...known.map(({ key, name_fr, name_en }) => ({
          value: key,
          label: language === "fr" ? name_fr : name_en,
        })),
      ]}
    />
  );
}
