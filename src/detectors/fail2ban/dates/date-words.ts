/** What each `%` word of a date pattern matches: Python's strptime words and fail2ban's exact `%Ex` ones. */
import { fail } from '../../../kit/errors.ts';

const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];
const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** Month 1 to 12 of a full or three-letter English name. */
export function monthOf(name: string): number {
  return MONTHS.findIndex((month) => month === name.toLowerCase() || month.slice(0, 3) === name.toLowerCase()) + 1;
}

/** Monday is 0. */
export function weekdayOf(name: string): number {
  return DAYS.findIndex((day) => day === name.toLowerCase() || day.slice(0, 3) === name.toLowerCase());
}

const named = (name: string, alternatives: readonly string[]): string =>
  `(?P<${name}>${alternatives.toSorted((a, b) => b.length - a.length).join('|')})`;
const short = (names: readonly string[]): string[] => names.map((name) => name.slice(0, 3));

/** Decades from 2000 to the one three years ahead: a year outside is no year of a log. */
function years(now: Date): string {
  const last = Math.floor((now.getFullYear() + 3) / 10);
  return Array.from({ length: Math.max(1, last - 199) }, (_, n) => String(200 + n)).join('|');
}

const ABBREVIATION = '[A-Z](?:[A-Z]{2,4})?';
const OFFSET = '[+-][01]\\d(?::?\\d{2})?';

/** Patterns of the words by name, without the `%`. */
export const DATE_WORDS: Readonly<Record<string, string>> = {
  '%': '%',
  a: named('a', short(DAYS)),
  A: named('A', DAYS),
  b: named('b', short(MONTHS)),
  B: named('B', MONTHS),
  p: '(?P<p>am|pm)',
  f: '(?P<f>[0-9]{1,6})',
  d: '(?P<d>[1-2]\\d|[0 ]?[1-9]|3[0-1])',
  H: '(?P<H>[0-1]?\\d|2[0-3])',
  I: '(?P<I>1[0-2]|0[1-9]|[1-9])',
  k: ' ?(?P<H>[0-2]?\\d)',
  l: ' ?(?P<I>1?\\d)',
  j: '(?P<j>36[0-6]|3[0-5]\\d|[1-2]\\d\\d|0[1-9]\\d|00[1-9]|[1-9]\\d|0[1-9]|[1-9])',
  m: '(?P<m>0?[1-9]|1[0-2])',
  M: '(?P<M>[0-5]?\\d)',
  S: '(?P<S>[0-5]?\\d|6[0-1])',
  U: '(?P<U>5[0-3]|[0-4]\\d|\\d)',
  W: '(?P<W>5[0-3]|[0-4]\\d|\\d)',
  w: '(?P<w>[0-6])',
  u: '(?P<u>[1-7])',
  G: '(?P<G>\\d{4})',
  V: '(?P<V>5[0-3]|0[1-9]|[1-4]\\d|\\d)',
  y: '(?P<y>\\d\\d)',
  Y: '(?P<Y>\\d{4})',
  Z: '(?P<Z>Z|[A-Z]{3,5})',
  z: `(?P<z>Z|UTC|GMT|${OFFSET})`,
  ExZ: `(?P<Z>${ABBREVIATION})`,
  Exz: `(?P<z>(?:${ABBREVIATION})?${OFFSET}|${ABBREVIATION})`,
  Exd: '(?P<d>[1-2]\\d|0[1-9]|3[0-1])',
  Exm: '(?P<m>0[1-9]|1[0-2])',
  ExH: '(?P<H>[0-1]\\d|2[0-3])',
  Exk: ' ?(?P<H>[0-1]?\\d|2[0-3])',
  Exl: ' ?(?P<I>1[0-2]|\\d)',
  ExM: '(?P<M>[0-5]\\d)',
  ExS: '(?P<S>[0-5]\\d|6[0-1])',
  ExY: `(?P<Y>(?:${years(new Date())})\\d)`,
  Exy: '(?P<y>\\d{2})',
};

/** Words that stand for several, as in the C locale. */
const SEVERAL: Readonly<Record<string, string>> = {
  c: '%a\\s+%b\\s+%d\\s+%H:%M:%S\\s+%Y',
  x: '%m/%d/%y',
  X: '%H:%M:%S',
};

/** A date pattern as a regular expression. Throws AppError for a word that does not exist. */
export function expandDateWords(pattern: string): string {
  const single = pattern.replace(/%%|%([cxX])/g, (all, word: string | undefined) =>
    word === undefined ? all : SEVERAL[word]!,
  );
  return single.replace(/%(Ex[A-Za-z]|[A-Za-z%])?/g, (all, word: string | undefined) => {
    const found = word === undefined ? undefined : DATE_WORDS[word];
    return (
      found ??
      fail('FAIL2BAN_DATE', {
        message: `datepattern ${pattern}: ${all} is no word of a date`,
        hint: 'the words are listed in docs/guides/from-fail2ban.md',
      })
    );
  });
}
