import { useTranslation } from "react-i18next";

import classes from "./Layout.module.css";

export function Footer() {
  const { t } = useTranslation();
  return (
    <footer className={classes.footer}>
      <div className={classes.footerBar}>
        <span>{t("footer.legal")}</span>
        <span className={classes.footerLinks}>
          <a href="/docs/api">{t("footer.documents")}</a>
        </span>
      </div>
    </footer>
  );
}
