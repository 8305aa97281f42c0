/** Sets of characters as Python sees them: `\w`, `\d` and `\s` know all of Unicode; negation and ranges. */
import type { CharSet } from './tree.ts';

const WORD = 1;
const DIGIT = 2;
const SPACE = 4;

let table: Uint8Array | null = null;

/** Class bits of every UTF-16 unit, made when the first character beyond ASCII is met. */
function classes(): Uint8Array {
  if (table !== null) return table;
  table = new Uint8Array(65_536);
  for (let code = 0; code < 65_536; code++) {
    const ch = String.fromCharCode(code);
    if (/^[\p{L}\p{N}_]$/u.test(ch)) table[code]! |= WORD;
    if (/^\p{Nd}$/u.test(ch)) table[code]! |= DIGIT;
    if (/^[\s\x1c-\x1f\x85]$/u.test(ch) && code !== 0xfeff) table[code]! |= SPACE;
  }
  return table;
}

/** Whether a unit is a letter, digit or underscore. */
export function isWord(code: number): boolean {
  if (code < 128)
    return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || code === 95;
  return (classes()[code]! & WORD) !== 0;
}

/** A part of a set. */
export type SetItem =
  | { readonly from: number; readonly to: number }
  | { readonly all: 'word' | 'digit' | 'space'; readonly negated: boolean };

const BITS = { word: WORD, digit: DIGIT, space: SPACE } as const;

/** The set of some items, perhaps without regard to case, perhaps negated. */
export function charSet(items: readonly SetItem[], negated: boolean, fold: boolean): CharSet {
  const has = (code: number): boolean =>
    items.some((item) =>
      'all' in item
        ? ((classes()[code]! & BITS[item.all]) !== 0) !== item.negated
        : code >= item.from && code <= item.to,
    );
  const test = (code: number): boolean => {
    if (has(code)) return true;
    if (!fold) return false;
    const ch = String.fromCharCode(code);
    const [lower, upper] = [ch.toLowerCase(), ch.toUpperCase()];
    return (lower.length === 1 && has(lower.charCodeAt(0))) || (upper.length === 1 && has(upper.charCodeAt(0)));
  };
  const ascii = new Uint8Array(128);
  for (let code = 0; code < 128; code++) ascii[code] = test(code) !== negated ? 1 : 0;
  return { ascii, wide: (code) => test(code) !== negated };
}

/** Every character, or every one but LF. */
export function anyChar(withNewline: boolean): CharSet {
  return charSet(withNewline ? [] : [{ from: 10, to: 10 }], true, false);
}
