import { Tabs } from "@mantine/core";
import { useTranslation } from "react-i18next";

import type { Preview } from "@/api/generated/notifications";

import classes from "@/features/admin/frame/Admin.module.css";
import { Facts } from "@/features/admin/frame/bits";

interface RenderedProps {
  mail: Preview;
  /** It goes out as an SMS: that is shown alone. */
  isSms?: boolean;
}

/** What a person receives; the page stands in a frame that may do nothing at all. */
export function Rendered({ mail, isSms = false }: RenderedProps) {
  const { t } = useTranslation("admin");
  if (isSms) return <pre className={classes.plain}>{mail.sms}</pre>;
  return (
    <>
      <Facts facts={[[t("template.subject"), mail.subject]]} />
      <Tabs defaultValue="html" keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="html">{t("template.html")}</Tabs.Tab>
          <Tabs.Tab value="text">{t("template.text")}</Tabs.Tab>
          {mail.sms !== "" && <Tabs.Tab value="sms">{t("template.sms")}</Tabs.Tab>}
        </Tabs.List>
        <Tabs.Panel value="html">
          <iframe
            className={classes.preview}
            title={t("template.previewTitle")}
            sandbox=""
            srcDoc={mail.html}
          />
        </Tabs.Panel>
        <Tabs.Panel value="text">
          <pre className={classes.plain}>{mail.text}</pre>
        </Tabs.Panel>
        <Tabs.Panel value="sms">
          <pre className={classes.plain}>{mail.sms}</pre>
        </Tabs.Panel>
      </Tabs>
    </>
  );
}
