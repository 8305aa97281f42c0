/** The shortest match, against what expressions really match. */
import { RE2JS } from 're2js';
import { expect, it } from 'vitest';
import { shortestMatch } from './regex-length.ts';
import { holdsInOrder, requiredRuns } from './regex-literal.ts';

const CASES: readonly (readonly [source: string, length: number, match: string])[] = [
  ['abc', 3, 'abc'],
  ['a?b*c+', 1, 'c'],
  ['a{3}b{2,}c{0,4}', 5, 'aaabb'],
  ['a+?b', 2, 'ab'],
  ['ab|c', 1, 'c'],
  ['(?:ab|cde)f', 3, 'abf'],
  ['(ab){2}', 4, 'abab'],
  ['(x|)y', 1, 'y'],
  ['[^\\]a]{4}\\d', 5, 'xxxx1'],
  ['^\\bab\\b$', 2, 'ab'],
  ['\\x41\\x{42}\\p{L}\\pN', 4, 'ABx1'],
  ['a{,3}', 5, 'a{,3}'],
  ['.{1000,}', 1000, 'x'.repeat(1000)],
  ['\\s[a-f0-9]{64}\\s[a-f0-9]{16}', 82, ` ${'a'.repeat(64)} ${'0'.repeat(16)}`],
  ['(?i)ab', 2, 'AB'],
  ['(?P<n>ab)', 0, 'ab'],
];

it.each(CASES)('%s is matched by no text of fewer characters', (source, length, match) => {
  expect(shortestMatch(source)).toBe(length);
  expect(RE2JS.compile(RE2JS.translateRegExp(source)).test(match)).toBe(true);
  expect(match.length).toBeGreaterThanOrEqual(length);
  expect(holdsInOrder(match.toLowerCase(), requiredRuns(source))).toBe(true);
});

it('runs stand one behind the other', () => {
  expect(requiredRuns('\\\\[a-z]{1,9}\\.[a-z]+\\. ')).toEqual(['\\', '.', '. ']);
  expect(holdsInOrder('c:\\a.exe b', ['\\', '.', '. '])).toBe(false);
  expect(holdsInOrder('c:\\a.b. x', ['\\', '.', '. '])).toBe(true);
});
