import { useTranslation } from "react-i18next";

import type { EventPreview } from "@/api/generated/tickets";
import { Money } from "@/ui";

import classes from "./Orders.module.css";

/** What giving a whole event back means: how much goes back, to how many, and whom it tells. */
export function EventRefundSums({ preview }: { preview: EventPreview }) {
  const { t } = useTranslation("orders");
  if (preview.orders === 0) return <p>{t("event.nothing")}</p>;
  return (
    <>
      <dl className={classes.sums}>
        <dt>{t("event.orders")}</dt>
        <dd>{preview.orders}</dd>
        <dt>{t("event.tickets")}</dt>
        <dd>{preview.tickets}</dd>
        <dt>{t("event.buyers")}</dt>
        <dd>{preview.buyers}</dd>
        <dt>{t("event.total")}</dt>
        <dd>
          <strong>
            <Money amount={preview.total} currency={preview.currency} />
          </strong>
        </dd>
      </dl>
      {Number(preview.total) > 0 && <p className={classes.hint}>{t("event.kept")}</p>}
    </>
  );
}
