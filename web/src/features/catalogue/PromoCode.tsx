import { Button, TextInput } from "@mantine/core";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { type OpenedView, usePostTicketsEventsByEventIdPromoCode } from "@/api/generated/tickets";
import { useProblemSentence } from "@/ui";

import classes from "./TicketPicker.module.css";

interface PromoCodeProps {
  eventId: number;
  opened: OpenedView | null;
  onOpen: (opened: OpenedView | null) => void;
}

/** A code of the organiser's: it lowers the price, and may open tickets that are not shown. */
export function PromoCode({ eventId, opened, onOpen }: PromoCodeProps) {
  const { t } = useTranslation("catalogue");
  const sentence = useProblemSentence();
  const [code, setCode] = useState("");
  const ask = usePostTicketsEventsByEventIdPromoCode({ mutation: { onSuccess: onOpen } });
  if (opened !== null) {
    return (
      <p className={classes.code} role="status">
        <span>{t("promo.applied", { code: opened.code })}</span>
        <Button variant="subtle" size="xs" c="var(--ink)" onClick={() => onOpen(null)}>
          {t("promo.remove")}
        </Button>
      </p>
    );
  }
  return (
    <form
      className={classes.promo}
      onSubmit={(submission) => {
        submission.preventDefault();
        if (code.trim() !== "") ask.mutate({ eventId, data: { code: code.trim() } });
      }}
    >
      <TextInput
        label={t("promo.label")}
        value={code}
        onChange={({ currentTarget }) => setCode(currentTarget.value)}
        error={ask.isError && sentence(ask.error)}
        autoComplete="off"
        autoCapitalize="characters"
        size="sm"
      />
      <Button type="submit" variant="default" size="sm" loading={ask.isPending}>
        {t("promo.apply")}
      </Button>
    </form>
  );
}
