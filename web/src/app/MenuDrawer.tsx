import { Drawer, UnstyledButton } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { useUser } from "@/api/useSession";

import classes from "./Layout.module.css";
import { EntryLink, entriesFor, SignInLink } from "./navigationLinks";
import { useSignOut } from "./useSignOut";

interface MenuDrawerProps {
  isOpen: boolean;
  close: () => void;
}

/** Every entry of the menus in one column; loaded when it is first opened. */
export default function MenuDrawer({ isOpen, close }: MenuDrawerProps) {
  const { t } = useTranslation();
  const user = useUser();
  const signOut = useSignOut();
  const entries = [...entriesFor("main", user), ...(user ? entriesFor("account", user) : [])];
  return (
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
  );
}
