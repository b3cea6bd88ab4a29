import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { EventAnswer } from "@/api/generated/events";
import type { HoldView } from "@/api/generated/tickets";
import { paths } from "@/paths";
import { DateTime, Money, PriceLines, Skeleton, TicketStub } from "@/ui";

import classes from "./Checkout.module.css";

/** What is being bought, as the ticket that it becomes. */
export function Summary({ hold, event }: { hold: HoldView; event: EventAnswer | undefined }) {
  const { t } = useTranslation("checkout");
  return (
    <TicketStub
      stub={
        <p className={classes.total}>
          <span>{t("summary.total")}</span>
          <strong>
            <Money amount={hold.total} currency={hold.currency} freeAsWord />
          </strong>
        </p>
      }
    >
      {event === undefined ? (
        <Skeleton height={72} />
      ) : (
        <div className={classes.what}>
          <h2>
            <Link to={paths.event(event.id)}>{event.title}</Link>
          </h2>
          <p>
            <DateTime instant={event.date} timeZone={event.time_zone} namesZone />
          </p>
          <p>{[event.venue ?? event.location, event.city].filter(Boolean).join(", ")}</p>
        </div>
      )}
      <div className={classes.lines}>
        <PriceLines priced={hold} withoutTotal />
      </div>
    </TicketStub>
  );
}
