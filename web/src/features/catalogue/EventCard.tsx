import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { EventAnswer } from "@/api/generated/events";
import { keptTogether } from "@/i18n/format";
import { paths } from "@/paths";
import { DateStub, DateTime, Money, Poster, Skeleton } from "@/ui";

import classes from "./EventCard.module.css";
import { cheapest, eventSaleOf } from "./sale";

interface EventCardProps {
  event: EventAnswer;
  /** The first of the page is shown large. */
  isLead?: boolean;
  isFirst?: boolean;
}

/** An event in the list: its picture with the date as a stub, what, where, from how much. */
export function EventCard({ event, isLead = false, isFirst = false }: EventCardProps) {
  const Title = isLead ? "h2" : "h3";
  return (
    <article className={isLead ? classes.lead : classes.card}>
      <div className={classes.picture}>
        <Poster
          image={event.image}
          seed={event.id}
          loading={isLead || isFirst ? "eager" : "lazy"}
          sizes={isLead ? "(max-width: 60em) 100vw, 680px" : "(max-width: 40em) 100vw, 360px"}
        />
        <div className={classes.date}>
          <DateStub instant={event.date} timeZone={event.time_zone} />
        </div>
      </div>
      <div className={classes.words}>
        <Title className={classes.title}>
          <Link to={paths.event(event.id)} className={classes.link}>
            {keptTogether(event.title)}
          </Link>
        </Title>
        <p className={classes.place}>
          {[event.venue ?? event.location, event.city].filter(Boolean).join(", ")}
        </p>
        {isLead && <p className={classes.summary}>{event.description.split("\n")[0]}</p>}
        <p className={classes.foot}>
          <DateTime
            instant={event.date}
            timeZone={event.time_zone}
            style={isLead ? "full" : "time"}
            namesZone
          />
          <Price event={event} />
        </p>
      </div>
    </article>
  );
}

function Price({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("catalogue");
  const state = eventSaleOf(event, Date.now());
  const from = cheapest(event);
  if (state !== "open") return <span className={classes.state}>{t(`state.${state}`)}</span>;
  if (from === null) return null;
  return (
    <span className={classes.price}>
      {event.ticket_types.length > 1 && Number(from) > 0 && `${t("from")} `}
      <Money amount={from} currency={event.currency} freeAsWord />
    </span>
  );
}

/** As tall as a card, until it is there. */
export function EventCardSkeleton() {
  return (
    <div className={classes.card} aria-hidden="true">
      <span className={classes.waiting} />
      <div className={classes.words}>
        <Skeleton height={24} width="80%" />
        <Skeleton height={20} width="60%" />
        <Skeleton height={20} width="40%" />
      </div>
    </div>
  );
}
