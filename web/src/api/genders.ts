/**
 * What a profile tells of gender, beside nothing. The API takes an empty text for nothing, which is
 * why its type tells no list.
 */
export const GENDERS = ["female", "male", "other", "prefer_not_to_say"] as const;
