import { Button } from "@mantine/core";
import { useTranslation } from "react-i18next";

import {
  type TemplateAnswer,
  useGetNotificationsTemplatesByKeyByLanguageVersions,
} from "@/api/generated/notifications";
import { Tag, When } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import type { Column } from "@/ui";

interface VersionsProps {
  template: TemplateAnswer;
  /** A version shall stand in the form again. */
  onTaken: (version: TemplateAnswer) => void;
}

/** Every version that was saved, the newest first. */
export function Versions({ template: { key, language }, onTaken }: VersionsProps) {
  const { t } = useTranslation("admin");
  const versions = useGetNotificationsTemplatesByKeyByLanguageVersions(key, language);
  return (
    <Listing
      caption={t("template.versions")}
      query={versions}
      columns={useColumns(onTaken)}
      rowKey={({ version }) => version}
      empty={t("template.noVersions")}
    />
  );
}

function useColumns(onTaken: (version: TemplateAnswer) => void): Column<TemplateAnswer>[] {
  const { t } = useTranslation("admin");
  return [
    {
      key: "version",
      title: t("template.version"),
      isRowHeader: true,
      render: ({ version }) => version,
    },
    {
      key: "when",
      title: t("template.when"),
      render: (version) => <When instant={version.edited_at} />,
    },
    {
      key: "by",
      title: t("template.by"),
      render: ({ edited_by: id }) => (id === null ? "–" : t("template.account", { id })),
    },
    {
      key: "kind",
      title: t("template.kind"),
      render: ({ is_default: isOriginal }) => (
        <Tag tone={isOriginal ? undefined : "info"}>
          {t(isOriginal ? "templates.original" : "templates.edited")}
        </Tag>
      ),
    },
    {
      key: "take",
      title: <span className="visually-hidden">{t("actions")}</span>,
      render: (version) => (
        <Button
          size="xs"
          variant="default"
          aria-label={t("template.takeOf", { version: version.version })}
          onClick={() => onTaken(version)}
        >
          {t("template.take")}
        </Button>
      ),
    },
  ];
}
