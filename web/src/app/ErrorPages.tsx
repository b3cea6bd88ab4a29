import { Button } from "@mantine/core";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { useRouteError } from "react-router";

import { paths } from "@/paths";
import { LinkButton, Page, PageHeader } from "@/ui";

export function NotFound() {
  const { t } = useTranslation();
  return (
    <Page title={t("error.notFoundTitle")} width="text">
      <PageHeader title={t("error.notFoundTitle")} lead={t("error.notFound")} />
      <LinkButton to={paths.home()}>{t("goHome")}</LinkButton>
    </Page>
  );
}

export function Forbidden() {
  const { t } = useTranslation();
  return (
    <Page title={t("error.forbiddenTitle")} width="text">
      <PageHeader title={t("error.forbiddenTitle")} lead={t("error.forbidden")} />
      <LinkButton to={paths.home()}>{t("goHome")}</LinkButton>
    </Page>
  );
}

const RELOADED = "guichet.reloaded-for";

/** A page that broke: says so, with a way on. */
export function Broken() {
  const error = useRouteError();
  const { t } = useTranslation();
  useEffect(() => {
    if (isStaleAsset(error)) reloadOnce();
  }, [error]);
  return (
    <Page title={t("error.title")} width="text">
      <PageHeader title={t("error.title")} lead={t("error.unexpected")} />
      <Button onClick={() => window.location.reload()}>{t("retry")}</Button>
    </Page>
  );
}

/** After a new version was put up, a page that is still open may ask for a file that is gone. */
function isStaleAsset(error: unknown): boolean {
  return error instanceof Error && /dynamically imported module|module script/i.test(error.message);
}

function reloadOnce(): void {
  if (sessionStorage.getItem(RELOADED) === window.location.href) return;
  sessionStorage.setItem(RELOADED, window.location.href);
  window.location.reload();
}
