import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import { getGetAuthAccountsQueryKey } from "@/api/generated/auth";
import { type ProfileAnswer, useDeleteUsersByAccountId } from "@/api/generated/users";
import classes from "@/features/admin/frame/Admin.module.css";
import { ConfirmDialog } from "@/ui";

interface DeleteAccountProps {
  profile: ProfileAnswer;
  onDeleted: () => void;
}

/** Erases a person for good, for somebody who cannot do it themselves; the address is typed first. */
export function DeleteAccount({ profile: { id, name, email }, onDeleted }: DeleteAccountProps) {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const [isOpen, { open, close }] = useDisclosure(false);
  const remove = useDeleteUsersByAccountId();
  const isSure = typed.trim().toLowerCase() === email.toLowerCase();
  const go = () =>
    remove.mutate(
      { accountId: id },
      {
        onSuccess: () => {
          void queries.invalidateQueries({ queryKey: getGetAuthAccountsQueryKey() });
          onDeleted();
        },
      },
    );
  return (
    <div className={classes.form}>
      <p>{t("account.deleteExplain")}</p>
      <TextInput
        id="typed-email"
        type="email"
        autoComplete="off"
        label={t("account.typeEmail")}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button variant="default" disabled={!isSure} onClick={open}>
        {t("account.delete")}
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        title={t("account.deleteAsk", { name })}
        confirm={t("account.deleteConfirm")}
        isBusy={remove.isPending}
        error={remove.error}
        onClose={() => {
          remove.reset();
          close();
        }}
        onConfirm={go}
      >
        <p>{t("account.deleteExplain")}</p>
      </ConfirmDialog>
    </div>
  );
}
