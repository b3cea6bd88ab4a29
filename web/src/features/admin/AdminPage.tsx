import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";

import { paths } from "@/paths";
import { Page, PageHeader } from "@/ui";

import classes from "./Admin.module.css";

const PARTS = [
  ["overview", paths.admin()],
  ["users", paths.adminPart("users")],
  ["orders", paths.adminPart("orders")],
  ["audit", paths.adminPart("audit")],
] as const;

/** The frame of the administrators' pages: a title, and the parts side by side. */
export function AdminPage({ title, children }: { title: string; children: ReactNode }) {
  const { t } = useTranslation("admin");
  return (
    <Page title={title}>
      <PageHeader title={title} above={t("title")} />
      <nav aria-label={t("parts.label")} className={classes.parts}>
        {PARTS.map(([part, path]) => (
          <NavLink key={part} to={path} end={part === "overview"}>
            {t(`parts.${part}`)}
          </NavLink>
        ))}
      </nav>
      {children}
    </Page>
  );
}
