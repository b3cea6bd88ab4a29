import { Button, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";

import { getUsersMeExport, useDeleteUsersByAccountId } from "@/api/generated/users";
import { saveFile } from "@/api/saveFile";
import { leave } from "@/api/session";
import { useUser } from "@/api/useSession";
import { paths } from "@/paths";
import { ConfirmDialog, DownloadIcon, ErrorState, Section } from "@/ui";

import classes from "./Settings.module.css";
import { SettingsPage } from "./SettingsPage";

/** Take one's data along, or have them erased. */
export function Component() {
  const { t } = useTranslation("settings");
  return (
    <SettingsPage part="data">
      <Section title={t("data.exportTitle")}>
        <ExportData />
      </Section>
      <Section title={t("data.deleteTitle")}>
        <DeleteAccount />
      </Section>
    </SettingsPage>
  );
}

function ExportData() {
  const { t } = useTranslation("settings");
  const download = useMutation({
    mutationFn: () => getUsersMeExport(),
    onSuccess: (held) => {
      const text = JSON.stringify(held, null, 2);
      saveFile(new Blob([text], { type: "application/json" }), "guichet.json");
    },
  });
  return (
    <div className={classes.form}>
      <p>{t("data.export")}</p>
      {download.isError && <ErrorState error={download.error} />}
      <Button
        variant="default"
        leftSection={<DownloadIcon />}
        loading={download.isPending}
        onClick={() => download.mutate()}
      >
        {t("data.exportAction")}
      </Button>
    </div>
  );
}

function DeleteAccount() {
  const { t } = useTranslation("settings");
  const user = useUser();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [typed, setTyped] = useState("");
  const [isOpen, { open, close }] = useDisclosure(false);
  const remove = useDeleteUsersByAccountId({
    mutation: {
      onSuccess: async () => {
        await navigate(paths.home());
        leave();
        queries.clear();
      },
    },
  });
  const isSure = user !== null && typed.trim().toLowerCase() === user.email.toLowerCase();
  return (
    <div className={classes.form}>
      <p>{t("data.delete")}</p>
      <TextInput
        id="typed-email"
        type="email"
        autoComplete="off"
        label={t("data.typeEmail")}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Button variant="default" disabled={!isSure} onClick={open}>
        {t("data.deleteAction")}
      </Button>
      <ConfirmDialog
        isOpen={isOpen}
        title={t("data.confirmTitle")}
        confirm={t("data.confirm")}
        isBusy={remove.isPending}
        error={remove.error}
        onClose={close}
        onConfirm={() => user && remove.mutate({ accountId: user.id })}
      >
        <p>{t("data.delete")}</p>
      </ConfirmDialog>
    </div>
  );
}
