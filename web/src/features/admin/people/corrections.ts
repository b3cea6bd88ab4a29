/** A profile as its form holds it, and what of it was changed. */
import type { Preferences, ProfileAnswer } from "@/api/generated/users";

const OPTIONAL = [
  "phone_number",
  "address",
  "city",
  "country",
  "date_of_birth",
  "gender",
  "bio",
  "profile_picture",
] as const;
export const PREFERENCES = ["sms", "reminders", "newsletter"] as const;

type Words = Record<"name" | "email" | "language" | (typeof OPTIONAL)[number], string>;
export type Values = Words & Record<(typeof PREFERENCES)[number], boolean>;

export function valuesOf(profile: ProfileAnswer): Values {
  const optional = OPTIONAL.map((name) => [name, profile[name] ?? ""]);
  const chosen = PREFERENCES.map((name) => [name, profile.preferences[name] ?? false]);
  const { name, email, language } = profile;
  return {
    name,
    email,
    language,
    ...Object.fromEntries(optional),
    ...Object.fromEntries(chosen),
  } as Values;
}

/** What to send: changed fields alone, an emptied one as null, preferences together. */
export function changesOf(
  values: Values,
  isChanged: Partial<Record<keyof Values, boolean>>,
): Record<string, string | null | Preferences> {
  const isWish = (name: string) => (PREFERENCES as readonly string[]).includes(name);
  const changed = Object.entries(values).filter(([name]) => isChanged[name as keyof Values]);
  const wishes = changed.filter(([name]) => isWish(name));
  const words = changed
    .filter(([name]) => !isWish(name))
    .map(([name, value]) => [name, String(value).trim() || null]);
  return {
    ...Object.fromEntries(words),
    ...(wishes.length > 0 && { preferences: Object.fromEntries(wishes) }),
  };
}
