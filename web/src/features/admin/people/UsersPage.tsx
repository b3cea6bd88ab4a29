import { Button, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  getGetAuthAccountsQueryKey,
  Role,
  type User,
  useGetAuthAccounts,
  usePatchAuthAccountsByAccountId,
} from "@/api/generated/auth";
import { useUser } from "@/api/useSession";
import classes from "@/features/admin/frame/Admin.module.css";

import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Buyer, Tag } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import { FilterSelect, SearchForm, useFilters } from "@/features/admin/frame/SearchForm";
import { type Column, ConfirmDialog, DateTime, ErrorState, Notice } from "@/ui";

/** A change that somebody has asked for; what takes something away is confirmed first. */
interface Wanted {
  user: User;
  change: { role: Role } | { is_active: boolean };
}

const ROLES = Object.values(Role);
const STATES = ["active", "disabled"] as const;

/** Every account: found, given another role, disabled and enabled again. */
export function Component() {
  const { t } = useTranslation("admin");
  const { page, text, oneOf } = useFilters();
  const state = oneOf("state", STATES);
  const accounts = useGetAuthAccounts({
    q: text("q"),
    role: oneOf("role", ROLES),
    is_active: state && state === "active",
    page,
  });
  const { wanted, setWanted, change, said } = useChange();
  return (
    <AdminPage title={t("parts.users")}>
      <SearchForm label={t("users.search")}>
        <FilterSelect
          name="role"
          label={t("users.role")}
          options={ROLES.map((value) => ({ value, label: t(`users.roles.${value}`) }))}
        />
        <FilterSelect
          name="state"
          label={t("users.state")}
          options={STATES.map((value) => ({ value, label: t(`users.${value}`) }))}
        />
      </SearchForm>
      <div className={classes.notices}>
        {said !== null && <Notice tone="good" isAnnounced title={said} />}
        {change.isError && wanted === null && <ErrorState error={change.error} />}
      </div>
      <Listing
        caption={t("parts.users")}
        query={accounts}
        rowKey={(user) => user.id}
        empty={t("users.empty")}
        columns={useColumns(setWanted, (user) =>
          change.mutate({ user, change: { is_active: true } }),
        )}
      />
      {wanted && (
        <Asking
          wanted={wanted}
          isBusy={change.isPending}
          error={change.error}
          onClose={() => {
            change.reset();
            setWanted(null);
          }}
          onConfirm={() => change.mutate(wanted)}
        />
      )}
    </AdminPage>
  );
}

/** What is asked for, how to carry it out, and the sentence once it is done. */
function useChange() {
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
        onSuccess: async () => {
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

interface AskingProps {
  wanted: Wanted;
  isBusy: boolean;
  error: unknown;
  onClose: () => void;
  onConfirm: () => void;
}

function Asking({ wanted: { user, change }, ...rest }: AskingProps) {
  const { t } = useTranslation("admin");
  const { name } = user;
  if (!("role" in change)) {
    return (
      <ConfirmDialog
        isOpen
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
      isOpen
      title={t("users.confirmTitle", { name })}
      confirm={t("users.confirm", { role: t(`users.roles.${change.role}`) })}
      {...rest}
    >
      <p>{t("users.explain", { name })}</p>
    </ConfirmDialog>
  );
}

function useColumns(
  onWanted: (wanted: Wanted) => void,
  onEnable: (user: User) => void,
): Column<User>[] {
  const { t } = useTranslation("admin");
  const me = useUser();
  return [
    {
      key: "name",
      title: t("users.name"),
      isRowHeader: true,
      render: ({ name, email }) => <Buyer name={name} email={email} />,
    },
    {
      key: "since",
      title: t("users.since"),
      render: (user) => <DateTime instant={user.created_at} style="short" />,
    },
    {
      key: "role",
      title: t("users.role"),
      render: (user) => (
        <NativeSelect
          size="xs"
          aria-label={t("users.roleOf", { name: user.name })}
          value={user.role}
          onChange={(event) =>
            onWanted({ user, change: { role: event.currentTarget.value as Role } })
          }
          data={ROLES.map((value) => ({ value, label: t(`users.roles.${value}`) }))}
        />
      ),
    },
    {
      key: "state",
      title: t("users.state"),
      render: ({ is_active: isActive }) => (
        <Tag tone={isActive ? "good" : "bad"}>
          {t(isActive ? "users.active" : "users.disabled")}
        </Tag>
      ),
    },
    {
      key: "change",
      title: <span className="visually-hidden">{t("actions")}</span>,
      render: (user) => {
        if (user.id === me?.id) return <span className={classes.hint}>{t("users.you")}</span>;
        const words = user.is_active ? "disable" : "enable";
        return (
          <Button
            variant="default"
            size="xs"
            aria-label={t(`users.${words}Of`, { name: user.name })}
            onClick={() =>
              user.is_active ? onWanted({ user, change: { is_active: false } }) : onEnable(user)
            }
          >
            {t(`users.${words}`)}
          </Button>
        );
      },
    },
  ];
}
