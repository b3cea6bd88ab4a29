import { Button, TextInput } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import { useSearchParams } from "react-router";

import classes from "./Admin.module.css";

interface SearchFormProps {
  label: string;
  submit: string;
  children?: ReactNode;
}

/** A search whose words stand in the address; searching anew begins at the first page. */
export function SearchForm({ label, submit, children }: SearchFormProps) {
  const [search, setSearch] = useSearchParams();
  const q = search.get("q") ?? "";
  const go = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const typed = String(new FormData(event.currentTarget).get("q") ?? "");
    setSearch((before) => {
      const next = new URLSearchParams(before);
      next.delete("page");
      if (typed) next.set("q", typed);
      else next.delete("q");
      return next;
    });
  };
  return (
    <form onSubmit={go} className={classes.search}>
      <TextInput key={q} id="q" name="q" type="search" defaultValue={q} label={label} />
      <Button type="submit" variant="default">
        {submit}
      </Button>
      {children}
    </form>
  );
}

/** The address of another page of the same search. */
export function pathOfPage(search: URLSearchParams, page: number): string {
  const next = new URLSearchParams(search);
  next.set("page", String(page));
  return `?${next}`;
}
