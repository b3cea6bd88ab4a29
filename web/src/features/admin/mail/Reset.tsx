import { Button } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useTranslation } from "react-i18next";

import {
  type TemplateAnswer,
  usePostNotificationsTemplatesByKeyByLanguageReset,
} from "@/api/generated/notifications";
import { ConfirmDialog } from "@/ui";

interface ResetProps {
  template: TemplateAnswer;
  onReset: (now: TemplateAnswer) => void;
}

/** Goes back to the template that comes along, once that has been confirmed. */
export function Reset({ template: { key, language }, onReset }: ResetProps) {
  const { t } = useTranslation("admin");
  const queries = useQueryClient();
  const [isAsking, setIsAsking] = useState(false);
  const reset = usePostNotificationsTemplatesByKeyByLanguageReset({
    mutation: {
      onSuccess: async (now) => {
        await queries.invalidateQueries();
        setIsAsking(false);
        onReset(now);
      },
    },
  });
  return (
    <>
      <Button size="sm" variant="default" onClick={() => setIsAsking(true)}>
        {t("template.reset")}
      </Button>
      {isAsking && (
        <ConfirmDialog
          isOpen
          title={t("template.resetTitle")}
          confirm={t("template.reset")}
          isBusy={reset.isPending}
          error={reset.error}
          onClose={() => setIsAsking(false)}
          onConfirm={() => reset.mutate({ key, language })}
        >
          <p>{t("template.resetExplain")}</p>
        </ConfirmDialog>
      )}
    </>
  );
}
