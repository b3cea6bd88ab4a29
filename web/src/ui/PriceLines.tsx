import { useTranslation } from "react-i18next";

import { formatMoney, formatNumber } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";

import { Money } from "./Money";
import classes from "./PriceLines.module.css";

interface Line {
  ticket_type_id: number;
  ticket_type: string;
  quantity: number;
  list_price: string;
  discount: string;
}

/** What a hold, an order or a quote of the API says of its price. */
export interface Priced {
  items: readonly Line[];
  subtotal: string;
  discount: string;
  fees: string;
  total: string;
  vat: readonly { rate: string; base: string; amount: string }[];
  currency: string;
}

interface PriceLinesProps {
  priced: Priced;
  /** The total stands elsewhere already. */
  withoutTotal?: boolean;
  refunded?: string;
}

/** The lines of a price, what was taken off and added, the total and the VAT within it. */
export function PriceLines({ priced, withoutTotal = false, refunded }: PriceLinesProps) {
  const { t } = useTranslation();
  const { currency, items, discount, fees, total } = priced;
  const row = (name: string, amount: string, className?: string) => (
    <div key={name} className={className}>
      <dt>{name}</dt>
      <dd>
        <Money amount={amount} currency={currency} freeAsWord />
      </dd>
    </div>
  );
  return (
    <>
      <dl className={classes.lines}>
        {items.map((line) =>
          row(`${line.quantity} × ${line.ticket_type}`, times(line.list_price, line.quantity)),
        )}
        {Number(discount) > 0 && row(t("price.discount"), `-${discount}`)}
        {Number(fees) > 0 && row(t("price.fees"), fees)}
        {!withoutTotal && row(t("price.total"), total, classes.total)}
        {refunded !== undefined && Number(refunded) > 0 && row(t("price.refunded"), refunded)}
      </dl>
      <Vat priced={priced} />
    </>
  );
}

function Vat({ priced }: { priced: Priced }) {
  const { t } = useTranslation();
  const language = useLanguage();
  const parts = priced.vat
    .filter(({ amount }) => Number(amount) > 0)
    .map(({ rate, amount }) =>
      t("price.vatPart", {
        rate: formatNumber(Number(rate), language),
        amount: formatMoney(amount, priced.currency, language),
      }),
    );
  if (parts.length === 0) return null;
  return <p className={classes.vat}>{t("price.vat", { parts: parts.join(", ") })}</p>;
}

/** A decimal amount some times over, without ever passing through binary fractions. */
function times(amount: string, quantity: number): string {
  return ((Math.round(Number(amount) * 100) * quantity) / 100).toFixed(2);
}
