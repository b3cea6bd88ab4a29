import { useTranslation } from "react-i18next";

import { type User, useGetAuthAccounts } from "@/api/generated/auth";
import classes from "@/features/admin/frame/Admin.module.css";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { AccountLink, Buyer } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import { FilterSelect, SearchForm, useFilters } from "@/features/admin/frame/SearchForm";
import { type Column, DateTime } from "@/ui";

import {
  type Access,
  AccessDialog,
  AccessNotices,
  ROLES,
  RoleChoice,
  StateButton,
  StateTag,
  useAccess,
} from "./access";

const STATES = ["active", "disabled"] as const;

/** Every account: found, opened, given another role, disabled and enabled again. */
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
  const access = useAccess();
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
        <AccessNotices access={access} />
      </div>
      <Listing
        caption={t("parts.users")}
        query={accounts}
        rowKey={(user) => user.id}
        empty={t("users.empty")}
        columns={useColumns(access)}
      />
      <AccessDialog access={access} />
    </AdminPage>
  );
}

function useColumns(access: Access): Column<User>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "name",
      title: t("users.name"),
      isRowHeader: true,
      render: ({ id, name, email }) => (
        <Buyer name={<AccountLink id={id}>{name}</AccountLink>} email={email} />
      ),
    },
    {
      key: "since",
      title: t("users.since"),
      render: (user) => <DateTime instant={user.created_at} style="short" />,
    },
    {
      key: "role",
      title: t("users.role"),
      render: (user) => <RoleChoice user={user} access={access} />,
    },
    {
      key: "state",
      title: t("users.state"),
      render: (user) => <StateTag user={user} />,
    },
    {
      key: "change",
      title: <span className="visually-hidden">{t("actions")}</span>,
      render: (user) => <StateButton user={user} access={access} />,
    },
  ];
}
