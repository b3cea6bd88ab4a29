import type { ReactNode } from "react";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";

import { paths } from "@/paths";
import { ChevronDownIcon, Page, PageHeader } from "@/ui";

import classes from "./Admin.module.css";

/** The pages of the area, by what they are about. */
const GROUPS = [
  ["sales", ["orders", "attention", "payments", "tickets", "events"]],
  ["people", ["users"]],
  ["mail", ["deliveries", "templates"]],
  ["running", ["queues", "reconciliation", "backups", "audit"]],
] as const;

interface AdminPageProps {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /** Where the page belongs to, in place of the area's name. */
  above?: ReactNode;
  children: ReactNode;
}

/** The frame of the administrators' pages: all of them at the side, one of them open. */
export function AdminPage({ title, lead, actions, above, children }: AdminPageProps) {
  const { t } = useTranslation("admin");
  return (
    <Page title={title} width="staff">
      <div className={classes.frame}>
        <Parts />
        <div className={classes.content}>
          <PageHeader title={title} above={above ?? t("title")} lead={lead} actions={actions} />
          {children}
        </div>
      </div>
    </Page>
  );
}

/** Where one can go; on a narrow screen behind a button. */
function Parts() {
  const { t } = useTranslation("admin");
  const [isOpen, setIsOpen] = useState(false);
  const listId = useId();
  return (
    <nav aria-label={t("parts.label")} className={classes.parts}>
      <button
        type="button"
        className={classes.toggle}
        aria-expanded={isOpen}
        aria-controls={listId}
        onClick={() => setIsOpen(!isOpen)}
      >
        {t("parts.menu")} <ChevronDownIcon />
      </button>
      <div id={listId} className={classes.groups} data-open={isOpen}>
        <NavLink to={paths.admin()} end>
          {t("parts.overview")}
        </NavLink>
        {GROUPS.map(([group, parts]) => (
          <section key={group} aria-label={t(`groups.${group}`)}>
            <p aria-hidden="true">{t(`groups.${group}`)}</p>
            {parts.map((part) => (
              <NavLink key={part} to={paths.adminPart(part)}>
                {t(`parts.${part}`)}
              </NavLink>
            ))}
          </section>
        ))}
      </div>
    </nav>
  );
}
