import { useTranslation } from "react-i18next";
import { Link } from "react-router";

import {
  type TemplateAnswer,
  TemplateKey,
  useGetNotificationsTemplates,
} from "@/api/generated/notifications";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Tag } from "@/features/admin/frame/bits";
import { Listing } from "@/features/admin/frame/Listing";
import { LANGUAGES } from "@/i18n/languages";
import { paths } from "@/paths";

interface Row {
  key: TemplateKey;
  states: readonly TemplateAnswer[];
}

/** Everything that people are told, in both languages. */
export function Component() {
  const { t } = useTranslation("admin");
  const templates = useGetNotificationsTemplates();
  const all = templates.data?.data;
  const rows: Row[] | undefined =
    all &&
    Object.values(TemplateKey).map((key) => ({
      key,
      states: all.filter((state) => state.key === key),
    }));
  return (
    <AdminPage title={t("parts.templates")} lead={t("templates.lead")}>
      <Listing
        caption={t("parts.templates")}
        query={{ ...templates, data: rows && { data: rows } }}
        rowKey={({ key }) => key}
        columns={[
          {
            key: "name",
            title: t("templates.name"),
            isRowHeader: true,
            render: ({ key }: Row) => t(`templates.keys.${key}`),
          },
          ...LANGUAGES.map((language) => ({
            key: language,
            title: t(`templates.${language}`),
            render: ({ states }: Row) => (
              <State state={states.find((each) => each.language === language)} />
            ),
          })),
        ]}
      />
    </AdminPage>
  );
}

function State({ state }: { state: TemplateAnswer | undefined }) {
  const { t } = useTranslation("admin");
  if (state === undefined) return "–";
  const { key, language, subject, is_default: isOriginal } = state;
  return (
    <>
      <Link to={paths.adminOne("templates", key, language)}>{readable(subject)}</Link>{" "}
      {!isOriginal && <Tag tone="info">{t("templates.edited")}</Tag>}
    </>
  );
}

/** A subject without the template's own signs: `{{ event.title }}` is `…`. */
function readable(subject: string): string {
  return subject.replace(/\{%.*?%\}/g, "").replace(/\{\{.*?\}\}/g, "…");
}
