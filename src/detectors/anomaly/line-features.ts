/** Features of one line: its length, its digits, its letters, and what follows from them. */

/** Names of the features, in the order of a row. */
export const FEATURES = ['length', 'digits', 'letters', 'others', 'digit_share', 'letter_share'] as const;

const MAX_LOOKED_AT = 1024;

/** What a character adds to the packed count: 2048 for a digit, 1 for a letter. */
const ADDS = Int32Array.from({ length: 128 }, (_, code) => {
  if (code >= 48 && code <= 57) return 2048;
  return (code | 32) >= 97 && (code | 32) <= 122 ? 1 : 0;
});

/** The three counts a row is made of, packed into one number: equal numbers are equal rows. */
export function countLine(text: string): number {
  const looked = Math.min(text.length, MAX_LOOKED_AT);
  let counts = 0;
  for (let i = 0; i < looked; i++) {
    const code = text.charCodeAt(i);
    if (code < 128) counts += ADDS[code]!;
  }
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
