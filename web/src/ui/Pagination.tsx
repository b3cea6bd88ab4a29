import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { ArrowLeftIcon, ArrowRightIcon } from "./icons";
import classes from "./Pagination.module.css";

interface PaginationProps {
  page: number;
  last: number;
  /** Whether there are more rows than the pages show: a list is leafed through only so far. */
  hasMore?: boolean;
  /** The address of a page: pages are links, so that they can be shared and opened aside. */
  pathOf: (page: number) => string;
}

/** Previous and next, and where one is. */
export function Pagination({ page, last, hasMore = false, pathOf }: PaginationProps) {
  const { t } = useTranslation();
  if (last <= 1 && !hasMore) return null;
  return (
    <nav className={classes.pages} aria-label={t("paging.label")}>
      {page > 1 ? (
        <Link to={pathOf(page - 1)} rel="prev" className={classes.step}>
          <ArrowLeftIcon /> {t("paging.previous")}
        </Link>
      ) : (
        <span />
      )}
      <span className={classes.place}>
        <span className="figures">
          {t(hasMore ? "paging.ofMore" : "paging.of", { page, last })}
        </span>
        {hasMore && page >= last && <span role="status">{t("paging.more")}</span>}
      </span>
      {page < last ? (
        <Link to={pathOf(page + 1)} rel="next" className={classes.step}>
          {t("paging.next")} <ArrowRightIcon />
        </Link>
      ) : (
        <span />
      )}
    </nav>
  );
}
