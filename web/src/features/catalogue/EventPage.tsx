import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import {
  type EventAnswer,
  useGetEventsByEventId,
  useGetEventsCategories,
} from "@/api/generated/events";
import { keptTogether } from "@/i18n/format";
import { useLanguage } from "@/i18n/useLanguage";
import { paths } from "@/paths";
import {
  CalendarIcon,
  CalendarLinks,
  DateTime,
  Empty,
  ErrorState,
  ExternalIcon,
  LinkButton,
  Notice,
  Page,
  PinIcon,
  Poster,
  Skeleton,
} from "@/ui";

import classes from "./EventPage.module.css";
import { Programme } from "./Programme";
import { RefundRules } from "./RefundRules";
import { eventSaleOf } from "./sale";
import { TicketPicker } from "./TicketPicker";

/** One event: what, when, where, with whom, and the choice of places. */
export function Component() {
  const { t } = useTranslation("catalogue");
  const eventId = Number(useParams().eventId);
  const isNumber = Number.isSafeInteger(eventId) && eventId > 0;
  const event = useGetEventsByEventId(eventId, { query: { enabled: isNumber } });
  if (!isNumber || event.error?.status === 404) return <Missing />;
  if (event.isError) {
    return (
      <Page title={t("event.title")}>
        <ErrorState error={event.error} retry={() => void event.refetch()} />
      </Page>
    );
  }
  if (event.isPending) return <Waiting />;
  return <Shown event={event.data} onStale={() => void event.refetch()} />;
}

function Shown({ event, onStale }: { event: EventAnswer; onStale: () => void }) {
  const { t } = useTranslation("catalogue");
  const sale = eventSaleOf(event, Date.now());
  const summary = event.description.split("\n")[0]?.slice(0, 200);
  return (
    <Page title={event.title} description={summary} width="full">
      <div className={classes.banner}>
        <Poster image={event.image} seed={event.id} loading="eager" sizes="100vw" />
      </div>
      <div className={classes.columns}>
        <div className={classes.main}>
          <p className={classes.above}>
            <CategoryLink category={event.category} />
          </p>
          <h1>{keptTogether(event.title)}</h1>
          {sale === "cancelled" && (
            <Notice tone="bad" title={t("event.cancelled")}>
              {event.cancel_reason}
            </Notice>
          )}
          {sale === "over" && <Notice title={t("event.over")} />}
          <WhenAndWhere event={event} />
        </div>
        <div className={classes.rest}>
          <div className={classes.words}>
            {paragraphsOf(event.description).map((paragraph) => (
              <p key={paragraph}>{paragraph}</p>
            ))}
          </div>
          <Programme speakers={event.speakers} sponsors={event.sponsors} />
        </div>
        <aside className={classes.side} aria-label={t("picker.title")}>
          {sale !== "cancelled" && sale !== "over" && (
            <TicketPicker event={event} onStale={onStale} />
          )}
          <RefundRules event={event} />
        </aside>
      </div>
    </Page>
  );
}

function WhenAndWhere({ event }: { event: EventAnswer }) {
  const { t } = useTranslation("catalogue");
  const place = [event.venue, event.location, event.city].filter(Boolean).join(", ");
  const map = `https://www.openstreetmap.org/search?query=${encodeURIComponent(
    [event.location, event.city].filter(Boolean).join(", "),
  )}`;
  return (
    <dl className={classes.facts}>
      <div>
        <dt>
          <CalendarIcon />
          <span className="visually-hidden">{t("event.when")}</span>
        </dt>
        <dd>
          <strong>
            <DateTime instant={event.date} timeZone={event.time_zone} namesZone />
          </strong>
          {event.end_date !== null && (
            <>
              {" – "}
              <DateTime
                instant={event.end_date}
                timeZone={event.time_zone}
                style={isSameDay(event) ? "time" : "full"}
              />
            </>
          )}
          <CalendarLinks
            eventId={event.id}
            title={event.title}
            startsAt={event.date}
            endsAt={event.end_date}
            location={[event.venue, event.location, event.city].filter(Boolean).join(", ")}
          />
        </dd>
      </div>
      <div>
        <dt>
          <PinIcon />
          <span className="visually-hidden">{t("event.where")}</span>
        </dt>
        <dd>
          <strong>{place}</strong>
          <br />
          <a href={map} target="_blank" rel="noreferrer" className={classes.external}>
            {t("event.map")} <ExternalIcon width={14} height={14} />
            <span className="visually-hidden">{t("event.newWindow")}</span>
          </a>
        </dd>
      </div>
    </dl>
  );
}

function isSameDay(event: EventAnswer): boolean {
  const day = (instant: string) =>
    new Date(instant).toLocaleDateString("en-CA", { timeZone: event.time_zone });
  return event.end_date !== null && day(event.date) === day(event.end_date);
}

function paragraphsOf(text: string): string[] {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => paragraph.trim())
    .filter(Boolean);
}

function CategoryLink({ category }: { category: string | null }) {
  const language = useLanguage();
  const { t } = useTranslation("catalogue");
  const categories = useGetEventsCategories({ query: { staleTime: Number.POSITIVE_INFINITY } });
  const known = categories.data?.data.find(({ key }) => key === category);
  if (known === undefined) return <Link to={paths.home()}>{t("title")}</Link>;
  return (
    <Link to={paths.home({ category })}>{language === "fr" ? known.name_fr : known.name_en}</Link>
  );
}

function Missing() {
  const { t } = useTranslation("catalogue");
  const { t: common } = useTranslation();
  return (
    <Page title={t("event.missingTitle")}>
      <Empty
        title={<h1 className={classes.missing}>{t("event.missingTitle")}</h1>}
        action={<LinkButton to={paths.home()}>{common("goHome")}</LinkButton>}
      >
        {t("event.missing")}
      </Empty>
    </Page>
  );
}

function Waiting() {
  const { t } = useTranslation("catalogue");
  const { t: common } = useTranslation();
  return (
    <Page title={t("event.title")} width="full">
      <div className={classes.banner} />
      <div className={classes.columns} role="status" aria-label={common("loading")}>
        <div className={classes.main} style={{ minHeight: "100vh" }}>
          <Skeleton height={20} width="20%" />
          <Skeleton height={60} width="90%" />
          <Skeleton height={96} />
          <Skeleton height={160} />
        </div>
      </div>
    </Page>
  );
}
