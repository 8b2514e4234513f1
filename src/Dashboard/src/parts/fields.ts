/** What a number field holds: an empty text while it is empty. */
export type NumberField = number | string;

export const fieldOf = (value: number | null | undefined): NumberField => value ?? '';

/** Null where the field is empty. */
export const numberOf = (field: NumberField): number | null => (field === '' ? null : Number(field));

/** In a change, 0 takes a limit away; one that is left out would stay. */
export const limitOf = (field: NumberField): number => numberOf(field) ?? 0;

/** Null where nothing but blanks was typed. */
export const textOf = (field: string): string | null => field.trim() || null;
