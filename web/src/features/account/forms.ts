import type { TFunction } from "i18next";
import { z } from "zod";

/** As the server has it; a longer rule (nothing too common) is the server's to judge. */
export const PASSWORD_CHARACTERS_MIN = 8;

export type CommonTexts = TFunction<"common">;

export function emailField(t: CommonTexts) {
  return z
    .string()
    .trim()
    .min(1, t("form.required"))
    .pipe(z.email(t("form.email")));
}

export function newPasswordField(t: CommonTexts) {
  const count = PASSWORD_CHARACTERS_MIN;
  return z.string().min(count, t("form.passwordShort", { count }));
}

export function requiredField(t: CommonTexts) {
  return z.string().trim().min(1, t("form.required"));
}
