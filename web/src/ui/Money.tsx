import { useTranslation } from "react-i18next";

import { formatMinor, formatMoney } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";

type MoneyProps = { currency: string; freeAsWord?: boolean } & (
  | { amount: string | number; amountMinor?: never }
  | { amountMinor: number; amount?: never }
);

/** An amount in the reader's way of writing; zero as a word where that says more. */
export function Money({ amount, amountMinor, currency, freeAsWord = false }: MoneyProps) {
  const language = useLanguage();
  const { t } = useTranslation();
  const isZero = Number(amount ?? amountMinor) === 0;
  if (isZero && freeAsWord) return <span>{t("free")}</span>;
  const text =
    amount === undefined
      ? formatMinor(amountMinor as number, currency, language)
      : formatMoney(amount, currency, language);
  return <span className="figures">{text}</span>;
}
