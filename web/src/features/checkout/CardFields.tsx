import { UnstyledButton } from "@mantine/core";
import type { UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { Notice, TextField } from "@/ui";

import classes from "./Checkout.module.css";
import { type Values, withSlash } from "./form";

/** The provider's published numbers for tests, by what they do. */
const TEST_CARDS = [
  ["paid", "4242 4242 4242 4242"],
  ["secure", "4000 0025 0000 3155"],
  ["declined", "4000 0000 0000 0002"],
  ["funds", "4000 0000 0000 9995"],
] as const;

/** A card for trying things out: no real number is accepted, and the page says so. */
export function CardFields({ form }: { form: UseFormReturn<Values> }) {
  const { t } = useTranslation("checkout");
  const choose = (number: string) => {
    form.setValue("card_number", number, { shouldValidate: true });
    form.setValue("expiry", "12/34", { shouldValidate: true });
    form.setValue("cvv", "123", { shouldValidate: true });
  };
  const expiry = form.register("expiry");
  return (
    <>
      <Notice tone="info" title={t("card.sandbox")}>
        <ul className={classes.cards}>
          {TEST_CARDS.map(([kind, number]) => (
            <li key={kind}>
              <UnstyledButton className={classes.card} onClick={() => choose(number)}>
                <span className="figures">{number}</span>
                <span>{t(`card.${kind}`)}</span>
              </UnstyledButton>
            </li>
          ))}
        </ul>
      </Notice>
      <TextField
        form={form}
        name="card_number"
        label={t("card.number")}
        inputMode="numeric"
        autoComplete="cc-number"
      />
      <div className={classes.pair}>
        <TextField
          form={form}
          name="expiry"
          label={t("card.expiry")}
          placeholder={t("card.expiryHint")}
          inputMode="numeric"
          autoComplete="cc-exp"
          onChange={(change) => {
            change.target.value = withSlash(change.target.value);
            void expiry.onChange(change);
          }}
        />
        <TextField
          form={form}
          name="cvv"
          label={t("card.cvv")}
          inputMode="numeric"
          autoComplete="cc-csc"
        />
      </div>
    </>
  );
}
