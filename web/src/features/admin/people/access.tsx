/** An account's role and state: shown, and changed after asking where that takes something away. */
import { Button, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  getGetAuthAccountsQueryKey,
  Role,
  type User,
  usePatchAuthAccountsByAccountId,
} from "@/api/generated/auth";
import { getGetUsersByAccountIdQueryKey, type ProfileAnswer } from "@/api/generated/users";
import { useUser } from "@/api/useSession";
import classes from "@/features/admin/frame/Admin.module.css";
import { Tag } from "@/features/admin/frame/bits";
import { ConfirmDialog, ErrorState, Notice } from "@/ui";

export const ROLES = Object.values(Role);

/** Somebody whose role or state is changed. */
export type Person = Pick<User, "id" | "name" | "role" | "is_active">;

/** A change that somebody has asked for; what takes something away is confirmed first. */
interface Wanted {
  user: Person;
  change: { role: Role } | { is_active: boolean };
}

/** What is asked for, how to carry it out, and the sentence once it is done. */
export function useAccess() {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const [said, setSaid] = useState<string | null>(null);
  const patch = usePatchAuthAccountsByAccountId();
  const mutate = ({ user, change }: Wanted) => {
    setSaid(null);
    patch.mutate(
      { accountId: user.id, data: change },
      {
        onSuccess: async ({ user: { role, is_active } }) => {
          // The profile hears of it by a message, a moment later.
          queries.setQueryData<ProfileAnswer>(
            getGetUsersByAccountIdQueryKey(user.id),
            (known) => known && { ...known, role, is_active },
          );
          await queries.invalidateQueries({ queryKey: getGetAuthAccountsQueryKey() });
          setWanted(null);
          setSaid(
            "role" in change
              ? t("users.roleDone", { name: user.name, role: t(`users.roles.${change.role}`) })
              : t(change.is_active ? "users.enabledDone" : "users.disabledDone", {
                  name: user.name,
                }),
          );
        },
      },
    );
  };
  return { wanted, setWanted, said, change: { ...patch, mutate } };
}

export type Access = ReturnType<typeof useAccess>;

/** What has become of a change: done, or refused. */
export function AccessNotices({ access: { said, change, wanted } }: { access: Access }) {
  return (
    <>
      {said !== null && <Notice tone="good" isAnnounced title={said} />}
      {change.isError && wanted === null && <ErrorState error={change.error} />}
    </>
  );
}

/** The question before a change that was asked for, where there is one. */
export function AccessDialog({ access: { wanted, setWanted, change } }: { access: Access }) {
  const { t } = useTranslation("admin");
  if (wanted === null) return null;
  const { name } = wanted.user;
  const rest = {
    isOpen: true,
    isBusy: change.isPending,
    error: change.error,
    onClose: () => {
      change.reset();
      setWanted(null);
    },
    onConfirm: () => change.mutate(wanted),
  };
  if (!("role" in wanted.change)) {
    return (
      <ConfirmDialog
        title={t("users.disableTitle", { name })}
        confirm={t("users.disableConfirm")}
        {...rest}
      >
        <p>{t("users.disableExplain", { name })}</p>
      </ConfirmDialog>
    );
  }
  return (
    <ConfirmDialog
      title={t("users.confirmTitle", { name })}
      confirm={t("users.confirm", { role: t(`users.roles.${wanted.change.role}`) })}
      {...rest}
    >
      <p>{t("users.explain", { name })}</p>
    </ConfirmDialog>
  );
}

interface OfPersonProps {
  user: Person;
  access: Access;
}

export function RoleChoice({ user, access }: OfPersonProps) {
  const { t } = useTranslation("admin");
  return (
    <NativeSelect
      size="xs"
      aria-label={t("users.roleOf", { name: user.name })}
      value={user.role}
      onChange={(event) =>
        access.setWanted({ user, change: { role: event.currentTarget.value as Role } })
      }
      data={ROLES.map((value) => ({ value, label: t(`users.roles.${value}`) }))}
    />
  );
}

export function StateTag({ user: { is_active: isActive } }: { user: Person }) {
  const { t } = useTranslation("admin");
  return (
    <Tag tone={isActive ? "good" : "bad"}>{t(isActive ? "users.active" : "users.disabled")}</Tag>
  );
}

/** Disables after asking, enables at once; nobody does either to themselves. */
export function StateButton({ user, access }: OfPersonProps) {
  const { t } = useTranslation("admin");
  const me = useUser();
  if (user.id === me?.id) return <span className={classes.hint}>{t("users.you")}</span>;
  const words = user.is_active ? "disable" : "enable";
  return (
    <Button
      variant="default"
      size="xs"
      aria-label={t(`users.${words}Of`, { name: user.name })}
      onClick={() =>
        user.is_active
          ? access.setWanted({ user, change: { is_active: false } })
          : access.change.mutate({ user, change: { is_active: true } })
      }
    >
      {t(`users.${words}`)}
    </Button>
  );
}
