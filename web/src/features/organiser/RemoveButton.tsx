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
      onClick={onClick}
    >
      {t("edit.remove", { name: name || t("edit.unnamed") })}
    </Button>
  );
}
