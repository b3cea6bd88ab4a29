import { PasswordInput, Textarea, TextInput } from "@mantine/core";
import type { ComponentProps } from "react";
import type { FieldValues, Path, UseFormReturn } from "react-hook-form";
import { useTranslation } from "react-i18next";

import { problemOf } from "@/api/problem";

type Own<Values extends FieldValues> = {
  form: UseFormReturn<Values>;
  name: Path<Values>;
  isOptional?: boolean;
};

/** What every field has: its value, its error, and a word where it may stay empty. */
function useField<Values extends FieldValues>({ form, name, isOptional = false }: Own<Values>) {
  const { t } = useTranslation();
  const error = form.getFieldState(name, form.formState).error?.message;
  const withHint = (label: React.ReactNode) =>
    isOptional ? (
      <>
        {label}{" "}
        <span style={{ color: "var(--ink-quiet)", fontWeight: 400 }}>({t("optional")})</span>
      </>
    ) : (
      label
    );
  return { shared: { ...form.register(name), error, id: name }, withHint };
}

type TextFieldProps<Values extends FieldValues> = Own<Values> &
  Omit<ComponentProps<typeof TextInput>, "form" | "name">;

/** A line of text. */
export function TextField<Values extends FieldValues>(props: TextFieldProps<Values>) {
  const { form, name, isOptional, label, ...rest } = props;
  const { shared, withHint } = useField({ form, name, isOptional });
  return <TextInput {...shared} {...rest} label={withHint(label)} />;
}

type PasswordFieldProps<Values extends FieldValues> = Own<Values> &
  Omit<ComponentProps<typeof PasswordInput>, "form" | "name">;

/** A password, which can be looked at. */
export function PasswordField<Values extends FieldValues>(props: PasswordFieldProps<Values>) {
  const { form, name, isOptional, label, ...rest } = props;
  const { shared, withHint } = useField({ form, name, isOptional });
  const { t } = useTranslation();
  return (
    <PasswordInput
      {...shared}
      visibilityToggleButtonProps={{ "aria-label": t("form.showPassword"), tabIndex: 0 }}
      {...rest}
      label={withHint(label)}
    />
  );
}

type TextAreaFieldProps<Values extends FieldValues> = Own<Values> &
  Omit<ComponentProps<typeof Textarea>, "form" | "name">;

/** Several lines of text. */
export function TextAreaField<Values extends FieldValues>(props: TextAreaFieldProps<Values>) {
  const { form, name, isOptional, label, ...rest } = props;
  const { shared, withHint } = useField({ form, name, isOptional });
  return <Textarea autosize minRows={3} {...shared} {...rest} label={withHint(label)} />;
}

/**
 * Put the server's sentences at their fields and the focus on the first of them; returns whether
 * there was one, so that the form can show anything else above itself. `fieldOf` says what the
 * form calls a field of the API, where the names differ.
 */
export function showFieldErrors<Values extends FieldValues>(
  form: UseFormReturn<Values>,
  error: unknown,
  fieldOf: (name: string) => string = (name) => name,
): boolean {
  const known = Object.entries(problemOf(error).errors)
    .map(([name, sentences]) => [fieldOf(name), sentences] as const)
    .filter(([name]) => form.getValues(name as Path<Values>) !== undefined);
  for (const [index, [name, sentences]] of known.entries()) {
    form.setError(
      name as Path<Values>,
      { type: "server", message: sentences.join(" ") },
      { shouldFocus: index === 0 },
    );
  }
  return known.length > 0;
}
