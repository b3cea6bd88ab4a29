import { Button, NativeSelect, TextInput } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import classes from "./Admin.module.css";

interface SearchFormProps {
  label: string;
  /** Which member of the address the words are. */
  name?: string;
  children?: ReactNode;
}

/** A search whose words stand in the address; searching anew begins at the first page. */
export function SearchForm({ label, name = "q", children }: SearchFormProps) {
  const { t } = useTranslation("admin");
  const [search] = useSearchParams();
  const setFilter = useSetFilter();
  const words = search.get(name) ?? "";
  const go = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setFilter(name, String(new FormData(event.currentTarget).get(name) ?? "").trim());
  };
  return (
    <form onSubmit={go} className={classes.search}>
      <TextInput
        key={words}
        id={name}
        name={name}
        type="search"
        defaultValue={words}
        label={label}
      />
      {children}
      <Button type="submit" variant="default">
        {t("go")}
      </Button>
    </form>
  );
}

interface FilterSelectProps {
  name: string;
  label: string;
  /** What there is to choose, each with its words. */
  options: readonly { value: string; label: string }[];
}

/** One choice among few, or all, kept in the address. */
export function FilterSelect({ name, label, options }: FilterSelectProps) {
  const { t } = useTranslation("admin");
  const [search] = useSearchParams();
  const setFilter = useSetFilter();
  return (
    <NativeSelect
      id={name}
      label={label}
      value={search.get(name) ?? ""}
      onChange={(event) => setFilter(name, event.currentTarget.value)}
      data={[{ value: "", label: t("all") }, ...options]}
    />
  );
}

/** Returns how to change one filter of the address; the others stay, the page does not. */
export function useSetFilter(): (name: string, value: string) => void {
  const [, setSearch] = useSearchParams();
  return (name, value) =>
    setSearch((before) => {
      const next = new URLSearchParams(before);
      next.delete("page");
      if (value) next.set(name, value);
      else next.delete(name);
      return next;
    });
}

/** The filters of the address, as a request takes them; what is not a choice counts as none. */
export function useFilters() {
  const [search] = useSearchParams();
  const text = (name: string) => search.get(name) || undefined;
  return {
    page: Math.max(1, Math.floor(Number(search.get("page"))) || 1),
    text,
    number: (name: string) => Number(search.get(name)) || undefined,
    oneOf: <Value extends string>(name: string, values: readonly Value[]): Value | undefined =>
      values.find((value) => value === search.get(name)),
  };
}

/** The address of another page of the same search. */
export function pathOfPage(search: URLSearchParams, page: number): string {
  const next = new URLSearchParams(search);
  next.set("page", String(page));
  return `?${next}`;
}
