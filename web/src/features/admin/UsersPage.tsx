import { Button, NativeSelect } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";

import {
  getGetAuthAccountsQueryKey,
  Role,
  type User,
  useGetAuthAccounts,
  usePatchAuthAccountsByAccountId,
} from "@/api/generated/auth";
import { ConfirmDialog, DataTable, Empty, ErrorState, Pagination } from "@/ui";

import { AdminPage } from "./AdminPage";
import { pathOfPage, SearchForm } from "./SearchForm";

interface Wanted {
  user: User;
  role: Role;
}

/** Every account: found, given another role, disabled and enabled again. */
export function Component() {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const [search] = useSearchParams();
  const page = Math.max(1, Number(search.get("page")) || 1);
  const accounts = useGetAuthAccounts({ q: search.get("q") ?? undefined, page });
  const [wanted, setWanted] = useState<Wanted | null>(null);
  const change = usePatchAuthAccountsByAccountId({
    mutation: {
      onSuccess: () => {
        setWanted(null);
        return queries.invalidateQueries({ queryKey: getGetAuthAccountsQueryKey() });
      },
    },
  });
  const error = accounts.error ?? (wanted === null ? change.error : null);
  return (
    <AdminPage title={t("parts.users")}>
      <SearchForm label={t("users.search")} submit={t("users.go")} />
      {error !== null && <ErrorState error={error} />}
      <DataTable
        caption={t("parts.users")}
        rows={accounts.data?.data}
        rowKey={(user) => user.id}
        empty={<Empty title={t("users.empty")} />}
        columns={[
          { key: "name", title: t("users.name"), isRowHeader: true, render: ({ name }) => name },
          { key: "email", title: t("users.email"), render: ({ email }) => email },
          {
            key: "role",
            title: t("users.role"),
            render: (user) => (
              <NativeSelect
                size="xs"
                aria-label={t("users.roleOf", { name: user.name })}
                value={user.role}
                onChange={(event) => setWanted({ user, role: event.currentTarget.value as Role })}
                data={Object.values(Role).map((value) => ({
                  value,
                  label: t(`users.roles.${value}`),
                }))}
              />
            ),
          },
          {
            key: "state",
            title: t("users.state"),
            render: (user) => (
              <>
                {t(user.is_active ? "users.active" : "users.disabled")}{" "}
                <Button
                  variant="subtle"
                  size="compact-sm"
                  onClick={() =>
                    change.mutate({ accountId: user.id, data: { is_active: !user.is_active } })
                  }
                >
                  {t(user.is_active ? "users.disable" : "users.enable")}
                </Button>
              </>
            ),
          },
        ]}
      />
      <Pagination
        page={page}
        last={accounts.data?.last_page ?? 1}
        pathOf={(other) => pathOfPage(search, other)}
      />
      {wanted && (
        <ConfirmDialog
          isOpen
          title={t("users.confirmTitle", { name: wanted.user.name })}
          confirm={t("users.confirm", { role: t(`users.roles.${wanted.role}`) })}
          isBusy={change.isPending}
          error={change.error}
          onClose={() => setWanted(null)}
          onConfirm={() =>
            change.mutate({ accountId: wanted.user.id, data: { role: wanted.role } })
          }
        >
          <p>{t("users.explain", { name: wanted.user.name })}</p>
        </ConfirmDialog>
      )}
    </AdminPage>
  );
}
