import type { ReactNode } from "react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";

import classes from "./Page.module.css";

interface PageProps {
  /** What stands in the browser's tab, before the name of the site. */
  title: string;
  /** The description for search engines and shared links. */
  description?: string;
  /** `text` for reading, `wide` for most pages, `staff` for wide tables, `full` to the edges. */
  width?: "text" | "wide" | "staff" | "full";
  children: ReactNode;
}

/** One page: its title in the tab, its column, its one `<main>`. */
export function Page({ title, description, width = "wide", children }: PageProps) {
  useTitle(title);
  useDescription(description);
  useOwnHead();
  return (
    <main id="content" tabIndex={-1} className={classes.page} data-width={width}>
      {children}
    </main>
  );
}

/** The page that the server wrote a head for (`data-head`): another one must not wear it. */
const ENTRANCE = window.location.pathname;

function useOwnHead(): void {
  useEffect(() => {
    if (window.location.pathname === ENTRANCE) return;
    for (const element of document.head.querySelectorAll("[data-head]")) element.remove();
  });
}

export function useTitle(title: string): void {
  const { t } = useTranslation();
  const brand = t("brand");
  useEffect(() => {
    document.title = title === brand ? title : `${title} · ${brand}`;
  }, [title, brand]);
}

function useDescription(description: string | undefined): void {
  const { t } = useTranslation();
  const text = description ?? t("description");
  useEffect(() => {
    document.querySelector('meta[name="description"]')?.setAttribute("content", text);
  }, [text]);
}

interface PageHeaderProps {
  title: ReactNode;
  lead?: ReactNode;
  /** A line above the title, such as where one is. */
  above?: ReactNode;
  actions?: ReactNode;
}

/** The large title of a page, with a line below and what can be done at the side. */
export function PageHeader({ title, lead, above, actions }: PageHeaderProps) {
  return (
    <header className={classes.header}>
      <div>
        {above !== undefined && <p className={classes.above}>{above}</p>}
        <h1>{title}</h1>
        {lead !== undefined && <p className={classes.lead}>{lead}</p>}
      </div>
      {actions !== undefined && <div className={classes.actions}>{actions}</div>}
    </header>
  );
}

interface SectionProps {
  title?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A part of a page under a hairline, with its own title. */
export function Section({ title, actions, children }: SectionProps) {
  return (
    <section className={classes.section}>
      {title !== undefined && (
        <div className={classes.sectionHead}>
          <h2>{title}</h2>
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}
