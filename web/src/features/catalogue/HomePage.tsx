import { Button } from "@mantine/core";
import { keepPreviousData } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import { type PageEventAnswer, useGetEventsPublic } from "@/api/generated/events";
import { paths } from "@/paths";
import { Empty, ErrorState, LinkButton, Page, Pagination } from "@/ui";

import { EventCard, EventCardSkeleton } from "./EventCard";
import { type Filters, filtersOf, isFiltered, PER_PAGE, queryOf } from "./filters";
import classes from "./HomePage.module.css";
import { SearchBar } from "./SearchBar";

/** What is on, and how to find one's evening among it. */
export function Component() {
  const { t } = useTranslation("catalogue");
  const { t: common } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filters = filtersOf(search);
  const filtered = isFiltered(filters);
  const events = useGetEventsPublic(queryOf(filters, new Date()), {
    query: { placeholderData: keepPreviousData },
  });
  const change = (changed: Partial<Filters>) => setSearch(addressOf({ ...filters, ...changed }));
  return (
    <Page title={filtered ? t("title") : common("brand")} description={t("description")}>
      <header className={classes.head}>
        <h1>{t("title")}</h1>
        <p className={classes.lead}>{t("lead")}</p>
      </header>
      <SearchBar filters={filters} onChange={change} />
      {events.isError && <ErrorState error={events.error} retry={() => void events.refetch()} />}
      {events.isPending && <Waiting />}
      {events.data && (
        <Found
          page={events.data}
          filters={filters}
          isBusy={events.isPlaceholderData}
          onReset={() => setSearch({})}
        />
      )}
    </Page>
  );
}

interface FoundProps {
  page: PageEventAnswer;
  filters: Filters;
  isBusy: boolean;
  onReset: () => void;
}

function Found({ page, filters, isBusy, onReset }: FoundProps) {
  const { t } = useTranslation("catalogue");
  const { t: common } = useTranslation();
  const filtered = isFiltered(filters);
  const pathOf = (number: number) => paths.home(addressOf({ ...filters, page: number }));
  if (page.data.length === 0) {
    return filtered ? (
      <Empty
        title={t("none.title")}
        action={
          <Button variant="default" onClick={onReset}>
            {t("none.reset")}
          </Button>
        }
      >
        {t("none.words")}
      </Empty>
    ) : (
      <Empty
        title={t("nothing.title")}
        action={filters.page > 1 && <LinkButton to={paths.home()}>{common("goHome")}</LinkButton>}
      >
        {t("nothing.words")}
      </Empty>
    );
  }
  const hasLead = !filtered && page.current_page === 1;
  const rest = hasLead ? page.data.slice(1) : page.data;
  return (
    <div aria-busy={isBusy}>
      <p className={classes.count} role="status">
        {t("count", { count: page.total })}
      </p>
      {hasLead && page.data[0] && (
        <div className={classes.first}>
          <EventCard event={page.data[0]} isLead />
        </div>
      )}
      <ul className={classes.grid}>
        {rest.map((event, index) => (
          <li key={event.id}>
            <EventCard event={event} isFirst={!hasLead && index < 3} />
          </li>
        ))}
      </ul>
      <Pagination page={page.current_page} last={page.last_page} pathOf={pathOf} />
    </div>
  );
}

function Waiting() {
  const { t } = useTranslation();
  return (
    <div role="status" aria-label={t("loading")}>
      <p className={classes.count}>&nbsp;</p>
      <ul className={classes.grid}>
        {Array.from({ length: PER_PAGE }, (_, index) => (
          <li key={`waiting-${index + 1}`}>
            <EventCardSkeleton />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** Only what differs from nothing stands in the address. */
function addressOf({ page, ...words }: Filters): Record<string, string> {
  const given = Object.entries(words).filter(([, value]) => value !== "");
  return { ...Object.fromEntries(given), ...(page > 1 && { page: String(page) }) };
}
