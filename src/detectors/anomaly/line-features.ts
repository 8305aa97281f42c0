/** Features of one line: its length, its digits, its letters, and what follows from them. */

/** Names of the features, in the order of a row. */
export const FEATURES = ['length', 'digits', 'letters', 'others', 'digit_share', 'letter_share'] as const;

const MAX_LOOKED_AT = 1024;

/** What a byte adds to the packed count: 2048 for a digit, 1 for a letter. */
const ADDS = Uint16Array.from({ length: 256 }, (_, code) => {
  if (code >= 48 && code <= 57) return 2048;
  return code < 128 && (code | 32) >= 97 && (code | 32) <= 122 ? 1 : 0;
});

/** Room for the bytes of what is looked at, three to a character at most. */
const scratch = new Uint8Array(3 * MAX_LOOKED_AT);
const encoder = new TextEncoder();

/**
 * The three counts a row is made of, packed into one number: equal numbers are equal rows. Counted over UTF-8, where no part of another
 * character looks like a digit or a letter: to ask a text that was cut from a larger one for each of its characters takes twice as long.
 */
export function countLine(text: string): number {
  const looked = text.length > MAX_LOOKED_AT ? text.slice(0, MAX_LOOKED_AT) : text;
  const { written } = encoder.encodeInto(looked, scratch);
  let counts = 0;
  for (let i = 0; i < written; i++) counts += ADDS[scratch[i]!]!;
  return Math.min(text.length, 65_535) * 4_194_304 + counts;
}

/** The row of a packed count. */
export function rowOf(packed: number, out: Float64Array, at = 0): void {
  const length = Math.floor(packed / 4_194_304);
  const digits = Math.floor(packed / 2048) % 2048;
  const letters = packed % 2048;
  const looked = Math.max(1, Math.min(length, MAX_LOOKED_AT));
  out[at] = length;
  out[at + 1] = digits;
  out[at + 2] = letters;
  out[at + 3] = looked - digits - letters;
  out[at + 4] = digits / looked;
  out[at + 5] = letters / looked;
}
