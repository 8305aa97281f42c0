/** Reads `[...]` and backslash escapes of Python's dialect. */
import { charSet, type SetItem } from './char-set.ts';
import { type CharSet, PatternError } from './tree.ts';

const CLASSES: Readonly<Record<string, SetItem>> = {
  d: { all: 'digit', negated: false },
  D: { all: 'digit', negated: true },
  w: { all: 'word', negated: false },
  W: { all: 'word', negated: true },
  s: { all: 'space', negated: false },
  S: { all: 'space', negated: true },
};
const CONTROLS: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, f: 12, v: 11, a: 7 };

/** The escape at `at` (a backslash): a unit or a class, and the index behind it. */
export function readEscape(source: string, at: number): { readonly item: number | SetItem; readonly end: number } {
  const next = source[at + 1];
  if (next === undefined) throw new PatternError('a pattern cannot end with a backslash', at);
  const known = CLASSES[next];
  if (known !== undefined) return { item: known, end: at + 2 };
  const control = CONTROLS[next];
  if (control !== undefined) return { item: control, end: at + 2 };
  const hex = /^(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U0000([0-9a-fA-F]{4}))/.exec(source.slice(at + 1, at + 11));
  if (hex !== null) return { item: Number.parseInt(hex[1] ?? hex[2] ?? hex[3]!, 16), end: at + 1 + hex[0].length };
  const octal = /^(?:0[0-7]{0,2}|[1-3][0-7]{2})/.exec(source.slice(at + 1, at + 4));
  if (octal !== null) return { item: Number.parseInt(octal[0], 8), end: at + 1 + octal[0].length };
  if (/[A-Za-z0-9]/.test(next)) throw new PatternError(`bad escape \\${next}`, at);
  return { item: source.charCodeAt(at + 1), end: at + 2 };
}

/** The set at `at` (an opening bracket) and the index behind it. */
export function readClass(source: string, at: number, fold: boolean): { readonly set: CharSet; readonly end: number } {
  let i = at + 1;
  const negated = source[i] === '^';
  if (negated) i++;
  const items: SetItem[] = [];
  const first = i;
  const one = (): number | SetItem => {
    if (i >= source.length) throw new PatternError('unterminated character set', at);
    if (source[i] !== '\\') return source.charCodeAt(i++);
    if (source[i + 1] === 'b') {
      i += 2;
      return 8;
    }
    const found = readEscape(source, i);
    i = found.end;
    return found.item;
  };
  while (source[i] !== ']' || i === first) {
    const from = one();
    if (source[i] === '-' && source[i + 1] !== ']' && typeof from === 'number') {
      i++;
      const to = one();
      if (typeof to !== 'number' || to < from) throw new PatternError('bad character range', at);
      items.push({ from, to });
    } else items.push(typeof from === 'number' ? { from, to: from } : from);
  }
  return { set: charSet(items, negated, fold), end: i + 1 };
}
