/** The small things that many of the pages show. */
import { TextInput } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { paths } from "@/paths";
import { ConfirmDialog, DateTime, type Tone } from "@/ui";

import classes from "./Admin.module.css";

/** A state in a word; its colour repeats what the word says. */
export function Tag({ tone, children }: { tone?: Tone; children: ReactNode }) {
  return (
    <span className={classes.tag} data-tone={tone}>
      {children}
    </span>
  );
}

/** The way to an order; its code is what people say. */
export function OrderLink({ code }: { code: string }) {
  return (
    <Link className={classes.once} to={paths.adminOne("orders", code)}>
      {code}
    </Link>
  );
}

/** The way to an account, by its number. */
export function AccountLink({ id, children }: { id: number | string; children: ReactNode }) {
  return <Link to={paths.adminOne("users", id)}>{children}</Link>;
}

/** Somebody's name, with the address in small below. */
export function Buyer({ name, email }: { name: ReactNode; email: string }) {
  return (
    <>
      {name}
      <br />
      <span className={classes.hint}>{email}</span>
    </>
  );
}

/** When, or a dash where it has not happened. */
export function When({ instant }: { instant: string | null }) {
  return instant === null ? "–" : <DateTime instant={instant} style="short" />;
}

/** A name, and what it is here. */
export type Fact = readonly [name: string, value: ReactNode];

/** What something is, name by name. */
export function Facts({ facts }: { facts: readonly Fact[] }) {
  return (
    <dl className={classes.facts}>
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface NoteDialogProps {
  title: string;
  /** What it is about, and what resolving it means. */
  children: ReactNode;
  confirm: string;
  isBusy: boolean;
  error: unknown;
  onConfirm: (note: string) => void;
  onClose: () => void;
}

/** Asks what was done about something before it counts as dealt with. */
export function NoteDialog({ children, onConfirm, ...rest }: NoteDialogProps) {
  const { t } = useTranslation("admin");
  const [note, setNote] = useState("");
  return (
    <ConfirmDialog
      isOpen
      isImpossible={note.trim() === ""}
      onConfirm={() => onConfirm(note.trim())}
      {...rest}
    >
      {children}
      <TextInput
        id="note"
        mt="md"
        label={t("note")}
        description={t("noteHint")}
        value={note}
        maxLength={1000}
        onChange={(event) => setNote(event.currentTarget.value)}
      />
    </ConfirmDialog>
  );
}
