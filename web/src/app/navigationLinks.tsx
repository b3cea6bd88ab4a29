import { useTranslation } from "react-i18next";
import { Link, NavLink, useLocation } from "react-router";

import type { User } from "@/api/generated/auth";
import type { NavigationEntry } from "@/feature";
import { useLanguage } from "@/i18n/useLanguage";
import { paths } from "@/paths";

import { navigation } from "./features";
import { mayEnter } from "./Guard";
import classes from "./Layout.module.css";

export function entriesFor(place: NavigationEntry["place"], user: User | null): NavigationEntry[] {
  return navigation.filter(
    (entry) => entry.place === place && mayEnter(entry.access, user?.role ?? null),
  );
}

export function EntryLink({ entry, onClick }: { entry: NavigationEntry; onClick?: () => void }) {
  const language = useLanguage();
  return (
    <NavLink to={entry.path} end={entry.path === "/"} className={classes.link} onClick={onClick}>
      {entry.label[language]}
    </NavLink>
  );
}

export function SignInLink({ onClick }: { onClick?: () => void }) {
  const { t } = useTranslation();
  const { pathname, search } = useLocation();
  const isHome = pathname === paths.home() || pathname === paths.signIn();
  return (
    <Link
      to={paths.signIn(isHome ? undefined : pathname + search)}
      className={classes.link}
      onClick={onClick}
    >
      {t("navigation.signIn")}
    </Link>
  );
}
