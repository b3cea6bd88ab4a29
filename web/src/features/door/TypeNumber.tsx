import { Button, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { useTranslation } from "react-i18next";

import classes from "./Door.module.css";

/** The number of a ticket whose code cannot be scanned. */
export function TypeNumber({
  isBusy,
  onNumber,
}: {
  isBusy: boolean;
  onNumber: (number: string) => void;
}) {
  const { t } = useTranslation("door");
  const [number, setNumber] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (number.trim() === "") return;
    onNumber(number.trim());
    setNumber("");
  };
  return (
    <form onSubmit={submit} className={classes.form}>
      <TextInput
        id="number"
        size="lg"
        label={t("type.label")}
        description={t("type.hint")}
        autoComplete="off"
        autoCapitalize="characters"
        value={number}
        onChange={(event) => setNumber(event.currentTarget.value)}
      />
      <Button type="submit" size="lg" loading={isBusy}>
        {t("type.submit")}
      </Button>
    </form>
  );
}
