import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Link, useParams } from "react-router";

import {
  type TemplateAnswer,
  TemplateKey,
  useGetNotificationsTemplatesByKeyByLanguage,
} from "@/api/generated/notifications";
import classes from "@/features/admin/frame/Admin.module.css";
import { AdminPage } from "@/features/admin/frame/AdminPage";
import { Facts, Tag, When } from "@/features/admin/frame/bits";
import { isLanguage } from "@/i18n/languages";
import { paths } from "@/paths";
import { ErrorState, LinkButton, LoadingLines, Notice, Section } from "@/ui";

import { Reset } from "./Reset";
import { type Sources, sourcesOf, TemplateForm } from "./TemplateForm";
import { Versions } from "./Versions";

/** One template in one language: read, changed, looked at, and put back. */
export function Component() {
  const { t } = useTranslation("admin");
  const params = useParams();
  const key = params.key ?? "";
  const language = isLanguage(params.language) ? params.language : "fr";
  const other = language === "fr" ? "en" : "fr";
  const template = useGetNotificationsTemplatesByKeyByLanguage(key, language);
  const known = Object.values(TemplateKey).find((each) => each === key);
  const name = known === undefined ? key : t(`templates.keys.${known}`);
  return (
    <AdminPage
      title={t("templates.editOf", { name, language: t(`templates.languages.${language}`) })}
      above={<Link to={paths.adminPart("templates")}>{t("parts.templates")}</Link>}
      actions={
        <LinkButton size="sm" variant="default" to={paths.adminOne("templates", key, other)}>
          {t(`template.other_${other}`)}
        </LinkButton>
      }
    >
      {template.isPending && <LoadingLines lines={8} height={48} />}
      {template.isError && (
        <ErrorState error={template.error} retry={() => void template.refetch()} />
      )}
      {template.data && <Template key={`${key} ${language}`} template={template.data} />}
    </AdminPage>
  );
}

function Template({ template }: { template: TemplateAnswer }) {
  const { t } = useTranslation("admin");
  const [said, setSaid] = useState<string | null>(null);
  // What the form begins with: the template in use, or a version that was taken up.
  const [shown, setShown] = useState<Sources>(sourcesOf(template));
  const show = (of: TemplateAnswer, sentence: string) => {
    setShown(sourcesOf(of));
    setSaid(sentence);
    window.scrollTo(0, 0);
  };
  return (
    <>
      <div className={classes.notices}>
        {said !== null && <Notice tone="good" isAnnounced title={said} />}
      </div>
      <Facts facts={useFacts(template)} />
      <TemplateForm
        key={JSON.stringify(shown)}
        template={template}
        initial={shown}
        onSaved={(saved) => show(saved, t("template.saved", { version: saved.version }))}
      />
      <Section
        title={t("template.versions")}
        actions={
          !template.is_default && (
            <Reset template={template} onReset={(now) => show(now, t("template.resetDone"))} />
          )
        }
      >
        <Versions
          template={template}
          onTaken={(version) => show(version, t("template.taken", { version: version.version }))}
        />
      </Section>
    </>
  );
}

function useFacts({ is_default: isOriginal, version, edited_at: editedAt }: TemplateAnswer) {
  const { t } = useTranslation("admin");
  return [
    [
      t("template.inUse"),
      <Tag key="state" tone={isOriginal ? undefined : "info"}>
        {t(isOriginal ? "templates.original" : "templates.edited")}
      </Tag>,
    ],
    [t("template.version"), version],
    [t("template.when"), <When key="when" instant={editedAt} />],
  ] as const;
}
