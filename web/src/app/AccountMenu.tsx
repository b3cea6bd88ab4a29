import { Menu, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import type { User } from "@/api/generated/auth";
import { useLanguage } from "@/i18n/useLanguage";
import { ChevronDownIcon } from "@/ui";

import classes from "./Layout.module.css";
import { entriesFor } from "./navigationLinks";
import { useSignOut } from "./useSignOut";

/** The person's name with what is theirs; loaded for whoever is signed in alone. */
export default function AccountMenu({ user }: { user: User }) {
  const language = useLanguage();
  const { t } = useTranslation();
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={240} withinPortal={false}>
      <Menu.Target>
        <UnstyledButton
          className={classes.link}
          aria-label={`${t("navigation.account")} : ${user.name}`}
        >
          {user.name}
          <ChevronDownIcon width={16} height={16} />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {entriesFor("account", user).map((entry) => (
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
