import { ActionIcon, Button } from "@mantine/core";
import { keepPreviousData, useMutation, useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import type { EventAnswer, TicketTypeAnswer } from "@/api/generated/events";
import {
  type HoldAnswer,
  type HoldAsked,
  type OpenedView,
  postTicketsHolds,
  postTicketsQuote,
} from "@/api/generated/tickets";
import type { ApiProblem } from "@/api/problem";
import { newIdempotencyKey, under } from "@/api/request";
import { formatDate, formatMinor } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { paths } from "@/paths";
import { ErrorState, MinusIcon, Money, PlusIcon } from "@/ui";

import { PromoCode } from "./PromoCode";
import { minorOf, openedTypes, type Sale, saleOf } from "./sale";
import classes from "./TicketPicker.module.css";

type Quantities = Record<number, number>;

interface TicketPickerProps {
  event: EventAnswer;
  /** Somebody else was quicker: the figures shown are no longer true. */
  onStale: () => void;
}

/** Choose places; the button keeps them for a while and leads to the payment. */
export function TicketPicker({ event, onStale }: TicketPickerProps) {
  const { t } = useTranslation("catalogue");
  const language = useLanguage();
  const now = Date.now();
  const [quantities, setQuantities] = useState<Quantities>({});
  const [opened, setOpened] = useState<OpenedView | null>(null);
  const types = openedTypes(event, opened);
  const items = itemsOf(quantities);
  const asked = { event_id: event.id, items, promo_code: opened?.code ?? null };
  const hold = useHold(asked, onStale);
  const quote = useQuery({
    queryKey: ["quote", asked],
    queryFn: () => postTicketsQuote(asked),
    enabled: opened !== null && items.length > 0,
    placeholderData: keepPreviousData,
  });
  const count = Object.values(quantities).reduce((sum, quantity) => sum + quantity, 0);
  const totalMinor = types.reduce(
    (sum, type) => sum + (quantities[type.id] ?? 0) * minorOf(type.total),
    0,
  );
  const reduced = opened !== null && count > 0 ? quote.data : undefined;
  const shownMinor = reduced === undefined ? totalMinor : minorOf(reduced.total);
  const total = formatMinor(shownMinor, event.currency, language);
  const open = (answer: OpenedView | null) => {
    // What only the code had opened goes with it.
    setQuantities({});
    setOpened(answer);
  };
  return (
    <div className={classes.picker}>
      <h2 className={classes.title}>{t("picker.title")}</h2>
      <ul className={classes.types}>
        {types.map((type) => (
          <TypeRow
            key={type.id}
            type={type}
            sale={saleOf(event, type, now)}
            timeZone={event.time_zone}
            quantity={quantities[type.id] ?? 0}
            roomInOrder={event.per_order_max - count}
            onChange={(quantity) => setQuantities({ ...quantities, [type.id]: quantity })}
          />
        ))}
      </ul>
      <PromoCode eventId={event.id} opened={opened} onOpen={open} />
      {hold.isError && <ErrorState error={hold.error} />}
      {quote.isError && <ErrorState error={quote.error} />}
      <p className={classes.total} aria-live="polite">
        <span>{t("picker.count", { count })}</span>
        <strong>{total}</strong>
      </p>
      <Button
        fullWidth
        size="lg"
        disabled={count === 0}
        loading={hold.isPending || hold.isSuccess}
        onClick={hold.take}
      >
        {count === 0 ? t("picker.choose") : t("picker.keep", { count })}
      </Button>
      <p className={classes.hint}>{t("picker.hint")}</p>
    </div>
  );
}

function itemsOf(quantities: Quantities): { ticket_type_id: number; quantity: number }[] {
  return Object.entries(quantities)
    .filter(([, quantity]) => quantity > 0)
    .map(([id, quantity]) => ({ ticket_type_id: Number(id), quantity }));
}

/** Ask for the places; the same choice asked for twice is one hold. */
function useHold(asked: HoldAsked, onStale: () => void) {
  const navigate = useNavigate();
  const intention = useRef({ choice: "", key: "" });
  const choice = JSON.stringify(asked);
  const mutation = useMutation<HoldAnswer, ApiProblem, HoldAsked>({
    mutationFn: (wanted) => postTicketsHolds(wanted, under(intention.current.key, wanted.event_id)),
  });
  const take = () => {
    if (mutation.isPending) return;
    if (intention.current.choice !== choice || mutation.isError) {
      intention.current = { choice, key: newIdempotencyKey() };
    }
    mutation.mutate(asked, {
      onSuccess: ({ hold }) => void navigate(paths.checkout(hold.id)),
      onError: (problem) => {
        if (problem.status === 409 || problem.status === 410) onStale();
      },
    });
  };
  return { ...mutation, take };
}

interface TypeRowProps {
  type: TicketTypeAnswer;
  sale: Sale;
  timeZone: string;
  quantity: number;
  roomInOrder: number;
  onChange: (quantity: number) => void;
}

function TypeRow({ type, sale, timeZone, quantity, roomInOrder, onChange }: TypeRowProps) {
  const { t } = useTranslation("catalogue");
  return (
    <li className={classes.type}>
      <div className={classes.what}>
        <h3 className={classes.name}>{type.name}</h3>
        <p className={classes.price}>
          <Money amount={type.total} currency={type.currency} freeAsWord />
          <Contained type={type} />
        </p>
        <SaleState sale={sale} timeZone={timeZone} />
      </div>
      {sale.state === "open" && (
        <fieldset className={classes.stepper}>
          <legend className="visually-hidden">{t("picker.quantity", { name: type.name })}</legend>
          <ActionIcon
            variant="default"
            size={44}
            aria-label={t("picker.less", { name: type.name })}
            disabled={quantity === 0}
            onClick={() => onChange(quantity - 1)}
          >
            <MinusIcon />
          </ActionIcon>
          <output className={classes.quantity}>{quantity}</output>
          <ActionIcon
            variant="default"
            size={44}
            aria-label={t("picker.more", { name: type.name })}
            disabled={quantity >= sale.quantityMax || roomInOrder <= 0}
            onClick={() => onChange(quantity + 1)}
          >
            <PlusIcon />
          </ActionIcon>
        </fieldset>
      )}
    </li>
  );
}

/** What the final price holds: a booking fee, VAT. */
function Contained({ type }: { type: TicketTypeAnswer }) {
  const { t } = useTranslation("catalogue");
  const language = useLanguage();
  if (Number(type.total) === 0) return null;
  const fee = formatMinor(minorOf(type.fee), type.currency, language);
  const addsFee = minorOf(type.total) > minorOf(type.price);
  return (
    <span className={classes.contained}>
      {addsFee ? t("picker.withFee", { fee }) : t("picker.withVat")}
    </span>
  );
}

function SaleState({ sale, timeZone }: { sale: Sale; timeZone: string }) {
  const { t } = useTranslation("catalogue");
  const language = useLanguage();
  if (sale.state === "not-yet") {
    const date = formatDate(sale.opensAt, "full", language, timeZone);
    return <p className={classes.later}>{t("picker.opensAt", { date })}</p>;
  }
  if (sale.state !== "open") return <p className={classes.later}>{t(`state.${sale.state}`)}</p>;
  if (!sale.isFew) return null;
  return <p className={classes.few}>{t("picker.few", { count: sale.left })}</p>;
}
