import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink } from "react-router";

import { paths } from "@/paths";
import { Page, PageHeader } from "@/ui";

import classes from "./Settings.module.css";

const PARTS = [
  ["profile", paths.myProfile()],
  ["security", paths.mySecurity()],
  ["preferences", paths.myPreferences()],
  ["data", paths.myData()],
] as const;

/** The frame of every settings page: its parts at the side, one of them open. */
export function SettingsPage({
  part,
  children,
}: {
  part: (typeof PARTS)[number][0];
  children: ReactNode;
}) {
  const { t } = useTranslation("settings");
  return (
    <Page title={t(`parts.${part}`)}>
      <PageHeader title={t(`parts.${part}`)} above={t("title")} />
      <div className={classes.frame}>
        <nav aria-label={t("parts.label")} className={classes.parts}>
          {PARTS.map(([name, path]) => (
            <NavLink key={name} to={path}>
              {t(`parts.${name}`)}
            </NavLink>
          ))}
        </nav>
        <div className={classes.content}>{children}</div>
      </div>
    </Page>
  );
}
