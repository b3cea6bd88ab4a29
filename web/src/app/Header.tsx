import { ActionIcon, Drawer, Menu, UnstyledButton } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link, NavLink, useLocation, useNavigate } from "react-router";

import { postAuthLogout, type User } from "@/api/generated/auth";
import { leave } from "@/api/session";
import { useSession, useUser } from "@/api/useSession";
import type { NavigationEntry } from "@/feature";
import { useLanguage } from "@/i18n/useLanguage";
import { paths } from "@/paths";
import { ChevronDownIcon, ColourSchemeSwitch, LanguageSwitch, Logo, MenuIcon } from "@/ui";

import { navigation } from "./features";
import { mayEnter } from "./Guard";
import { InboxBell } from "./InboxBell";
import classes from "./Layout.module.css";

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

function entriesFor(place: NavigationEntry["place"], user: User | null): NavigationEntry[] {
  return navigation.filter(
    (entry) => entry.place === place && mayEnter(entry.access, user?.role ?? null),
  );
}

function EntryLink({ entry, onClick }: { entry: NavigationEntry; onClick?: () => void }) {
  const language = useLanguage();
  return (
    <NavLink to={entry.path} end={entry.path === "/"} className={classes.link} onClick={onClick}>
      {entry.label[language]}
    </NavLink>
  );
}

function SignInLink({ onClick }: { onClick?: () => void }) {
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

/** The person's name with what is theirs; the link to sign in for nobody. */
function Account() {
  const session = useSession();
  const language = useLanguage();
  const { t } = useTranslation();
  const signOut = useSignOut();
  if (session.status !== "signed-in") return <SignInLink />;
  return (
    <Menu position="bottom-end" width={240} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton className={classes.link} aria-label={t("navigation.account")}>
          {session.user.name}
          <ChevronDownIcon width={16} height={16} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {entriesFor("account", session.user).map((entry) => (
          <Menu.Item key={entry.path} component={Link} to={entry.path}>
            {entry.label[language]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>{t("navigation.signOut")}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** On a narrow screen everything stands behind one button. */
function NarrowMenu() {
  const { t } = useTranslation();
  const user = useUser();
  const signOut = useSignOut();
  const [isOpen, { open, close }] = useDisclosure(false);
  const entries = [...entriesFor("main", user), ...(user ? entriesFor("account", user) : [])];
  return (
    <>
      <ActionIcon
        className={classes.menuButton}
        variant="subtle"
        color="gray"
        c="var(--ink)"
        size="lg"
        aria-label={t("navigation.open")}
        onClick={open}
      >
        <MenuIcon />
      </ActionIcon>
      <Drawer
        opened={isOpen}
        onClose={close}
        position="right"
        size="min(100%, 360px)"
        title={user ? t("navigation.signedInAs", { name: user.name }) : t("brand")}
        closeButtonProps={{ "aria-label": t("navigation.close") }}
      >
        <ul className={classes.drawer}>
          {entries.map((entry) => (
            <li key={entry.path}>
              <EntryLink entry={entry} onClick={close} />
            </li>
          ))}
          <li>
            {user ? (
              <UnstyledButton
                className={classes.link}
                onClick={() => {
                  close();
                  void signOut();
                }}
              >
                {t("navigation.signOut")}
              </UnstyledButton>
            ) : (
              <SignInLink onClick={close} />
            )}
          </li>
        </ul>
      </Drawer>
    </>
  );
}

/** End the session here and at the server; what was cached was for that person alone. */
function useSignOut(): () => Promise<void> {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    // Where the server cannot be told, this browser forgets all the same.
    await postAuthLogout({}).catch(() => undefined);
    await navigate(paths.home());
    leave();
    queries.clear();
  };
}
