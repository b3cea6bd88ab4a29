import { Button, NativeSelect, TextInput } from "@mantine/core";
import { type FormEvent, type RefObject, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";

import { useGetEventsCategories } from "@/api/generated/events";
import { useLanguage } from "@/i18n/useLanguage";
import { SearchIcon } from "@/ui";

import { activeFilters, type Filters, PRICES, SORTS, WHENS } from "./filters";
import classes from "./SearchBar.module.css";

interface SearchBarProps {
  filters: Filters;
  onChange: (changed: Partial<Filters>) => void;
}

/** What, where, when and for how much; a choice counts at once, words when they are sent. */
export function SearchBar({ filters, onChange }: SearchBarProps) {
  const { t } = useTranslation("catalogue");
  const [isOpen, setOpen] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useFieldsFollow(form, filters);
  const send = (submission?: FormEvent) => {
    submission?.preventDefault();
    if (form.current === null) return;
    const given = Object.fromEntries(new FormData(form.current)) as Record<string, string>;
    onChange({ ...given, q: given.q?.trim() ?? "", city: given.city?.trim() ?? "", page: 1 });
  };
  const active = activeFilters(filters);
  return (
    <search className={classes.search}>
      <form ref={form} onSubmit={send} className={classes.form} data-open={isOpen}>
        <TextInput
          name="q"
          type="search"
          label={t("search.words")}
          placeholder={t("search.wordsHint")}
          defaultValue={filters.q}
          leftSection={<SearchIcon />}
          className={classes.words}
        />
        <Button
          variant="default"
          className={classes.toggle}
          aria-expanded={isOpen}
          aria-controls="search-filters"
          onClick={() => setOpen(!isOpen)}
        >
          {active > 0 ? t("search.active", { count: active }) : t("search.filters")}
        </Button>
        <div id="search-filters" className={classes.filters}>
          <FilterFields filters={filters} send={() => send()} />
        </div>
        <Button type="submit" variant="default" className={classes.submit}>
          {t("search.submit")}
        </Button>
      </form>
    </search>
  );
}

/** The address may change by a link or the back button: what was typed follows it. */
function useFieldsFollow(form: RefObject<HTMLFormElement | null>, { q, city }: Filters) {
  useEffect(() => {
    for (const [name, value] of Object.entries({ q, city })) {
      const field = form.current?.elements.namedItem(name);
      if (field instanceof HTMLInputElement) field.value = value;
    }
  }, [form, q, city]);
}

/** Where, what kind, when, for how much, in which order; on a phone behind one button. */
function FilterFields({ filters, send }: { filters: Filters; send: () => void }) {
  const { t } = useTranslation("catalogue");
  return (
    <>
      <TextInput
        name="city"
        label={t("search.city")}
        defaultValue={filters.city}
        className={classes.city}
      />
      <CategorySelect value={filters.category} onChange={send} />
      <NativeSelect
        name="when"
        label={t("search.when")}
        value={filters.when}
        onChange={send}
        data={[
          { value: "", label: t("when.any") },
          ...WHENS.map((value) => ({ value, label: t(`when.${value}`) })),
        ]}
      />
      <NativeSelect
        name="price"
        label={t("search.price")}
        value={filters.price}
        onChange={send}
        data={[
          { value: "", label: t("price.any") },
          ...PRICES.map((value) => ({ value, label: t(`price.${value}`) })),
        ]}
      />
      <NativeSelect
        name="sort"
        label={t("search.sort")}
        value={filters.sort === "date" ? "" : filters.sort}
        onChange={send}
        data={SORTS.map((value) => ({
          value: value === "date" ? "" : value,
          label: t(`sort.${value}`),
        }))}
      />
    </>
  );
}

function CategorySelect({ value, onChange }: { value: string; onChange: () => void }) {
  const { t } = useTranslation("catalogue");
  const language = useLanguage();
  const categories = useGetEventsCategories({ query: { staleTime: Number.POSITIVE_INFINITY } });
  const known = categories.data?.data ?? [];
  return (
    <NativeSelect
      name="category"
      label={t("search.category")}
      value={value}
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
