import { ActionIcon } from "@mantine/core";
import { lazy, Suspense, useState } from "react";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import { useSession, useUser } from "@/api/useSession";
import { paths } from "@/paths";
import { ColourSchemeSwitch, LanguageSwitch, Logo, MenuIcon } from "@/ui";

import { InboxBell } from "./InboxBell";
import classes from "./Layout.module.css";
import { EntryLink, entriesFor, SignInLink } from "./navigationLinks";

// Neither is on the way to the first page that a visitor sees.
const AccountMenu = lazy(() => import("./AccountMenu"));
const MenuDrawer = lazy(() => import("./MenuDrawer"));

export function Header() {
  const { t } = useTranslation();
  const user = useUser();
  return (
    <header className={classes.header}>
      <div className={classes.bar}>
        <Link to={paths.home()} className={classes.brand}>
          <Logo />
        </Link>
        <nav aria-label={t("navigation.main")} className={classes.wide}>
          <ul className={classes.links}>
            {entriesFor("main", user).map((entry) => (
              <li key={entry.path}>
                <EntryLink entry={entry} />
              </li>
            ))}
          </ul>
        </nav>
        <LanguageSwitch />
        <ColourSchemeSwitch />
        {user !== null && <InboxBell />}
        <span className={classes.wide}>
          <Account />
        </span>
        <NarrowMenu />
      </div>
    </header>
  );
}

/** The menu of who is signed in, the link to sign in for nobody. */
function Account() {
  const session = useSession();
  if (session.status !== "signed-in") return <SignInLink />;
  return (
    <Suspense fallback={<span className={classes.link}>{session.user.name}</span>}>
      <AccountMenu user={session.user} />
    </Suspense>
  );
}

/** On a narrow screen everything stands behind one button. */
function NarrowMenu() {
  const { t } = useTranslation();
  const [state, setState] = useState<"never" | "open" | "closed">("never");
  return (
    <>
      <ActionIcon
        className={classes.menuButton}
        variant="subtle"
        color="gray"
        c="var(--ink)"
        size="lg"
        aria-label={t("navigation.open")}
        aria-expanded={state === "open"}
        onClick={() => setState("open")}
      >
        <MenuIcon />
      </ActionIcon>
      {state !== "never" && (
        <Suspense fallback={null}>
          <MenuDrawer isOpen={state === "open"} close={() => setState("closed")} />
        </Suspense>
      )}
    </>
  );
}
