import { useTranslation } from "react-i18next";

import type { EntryAnswer } from "@/api/generated/auth";

import classes from "@/features/admin/frame/Admin.module.css";

/** The fields that changed: how many, and each of them once it is opened. */
export function Changes({ entry }: { entry: EntryAnswer }) {
  const { t } = useTranslation("admin");
  const corrected = entry.after?.fields;
  const fields = fieldsOf(entry).filter(([name]) => !(name === "fields" && isNames(corrected)));
  const note = fields.find(([name]) => name === "note")?.[2];
  return (
    <>
      {entry.reason !== "" && (
        <p>
          {t("audit.reason")} :{" "}
          {t(`order.reasons.${entry.reason as "holder"}`, { defaultValue: entry.reason })}
        </p>
      )}
      {typeof note === "string" && <p>“{note}”</p>}
      {isNames(corrected) && (
        <p>
          {t("audit.corrected", {
            fields: corrected
              .map((name) => t(`account.fields.${name as "name"}`, { defaultValue: name }))
              .join(", "),
          })}
        </p>
      )}
      {fields.length > 0 && (
        <details className={classes.changes}>
          <summary>{t("audit.fields", { count: fields.length })}</summary>
          <dl>
            {fields.map(([name, before, after]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Value of={before} /> → <Value of={after} />
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}

/** A log that keeps no values names the fields alone. */
function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}

function Value({ of: value }: { of: unknown }) {
  const { t } = useTranslation("admin");
  if (value === undefined || value === null) return t("audit.nothing");
  if (typeof value === "boolean") return t(value ? "audit.yes" : "audit.no");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Every field of an entry with its value before and after. */
export function fieldsOf({
  before,
  after,
}: Pick<EntryAnswer, "before" | "after">): [name: string, before: unknown, after: unknown][] {
  const old = (before ?? {}) as Record<string, unknown>;
  const now = (after ?? {}) as Record<string, unknown>;
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].map((name) => [
    name,
    old[name],
    now[name],
  ]);
}
