import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { TrashIcon } from "@/ui";

export function RemoveButton({ name, onClick }: { name: string; onClick: () => void }) {
  const { t } = useTranslation("organiser");
  return (
    <Button
      variant="subtle"
      size="compact-sm"
      leftSection={<TrashIcon width={16} height={16} />}
      aria-label={t("edit.removeNamed", { name: name || t("edit.unnamed") })}
      onClick={onClick}
    >
      {t("edit.remove")}
    </Button>
  );
}
