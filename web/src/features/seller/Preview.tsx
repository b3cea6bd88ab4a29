import { useTranslation } from "react-i18next";

import { useLanguage } from "@/i18n/useLanguage";

import classes from "./Seller.module.css";
import { type SellerValues, spaceless } from "./values";

interface PreviewProps {
  values: SellerValues;
  /** Begins the numbers of who chose nothing else. */
  organiserId: number | undefined;
}

/** The head of an invoice with what is typed so far. */
export function Preview({ values, organiserId }: PreviewProps) {
  const { t } = useTranslation("seller");
  const language = useLanguage();
  const { legal_name: name, address, postal_code, city, country } = values;
  const registration = spaceless(values.registration_number);
  const vat = spaceless(values.vat_number);
  if (name.trim() === "") return <p className={classes.quiet}>{t("preview.waiting")}</p>;
  const prefix = spaceless(values.invoice_prefix) || `G${organiserId ?? ""}`;
  const countryName = new Intl.DisplayNames(language, { type: "region" }).of(country);
  return (
    <div className={classes.paper}>
      <p className={classes.quiet}>{t("preview.seller")}</p>
      <p className={classes.name}>{name}</p>
      <p>{address}</p>
      <p>
        {postal_code} {city}
      </p>
      {country !== "FR" && <p>{countryName}</p>}
      {registration !== "" && (
        <p>
          {t(country === "FR" ? "preview.siren" : "preview.registration", {
            number: registration,
          })}
        </p>
      )}
      <p>{vat === "" ? t("preview.noVat") : t("preview.vat", { number: vat })}</p>
      <p className={classes.number}>
        {t("preview.number", { number: `${prefix}-${new Date().getFullYear()}-000001` })}
      </p>
    </div>
  );
}
