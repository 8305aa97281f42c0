/** The shortest match, against what expressions really match. */
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, it } from 'vitest';
import { linearRegex } from './linear-regex.ts';
import { shortestMatch } from './regex-length.ts';
import { foldForRegex, holdsInOrder, requiredRuns } from './regex-literal.ts';

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

it('promises nothing that a match lacks', () => {
  const piece = fc.constantFrom(
    ...['a', 'b', 'C', '.', '[ab]', '[^a]', '\\d', '\\.', '(a|b)', '(?:ab)', '(?:a|bc)+', 'a?', 'b*', 'c+?', 'a{2}'],
    ...['b{0,2}', '(ab)?', '(?:ab){2,}', '^', '$', '|', '\\b', '[Bb]', '(a(b|c)d)', '\\x61', '[]a]', '[^]]', 'K', 's'],
  );
  const text = fc.string({
    unit: fc.constantFrom('a', 'b', 'c', 'd', 'A', 'C', '.', '1', ']', 'K', 'ſ', 's'),
    maxLength: 8,
  });
  let matched = 0;
  fc.assert(
    fc.property(fc.array(piece, { minLength: 1, maxLength: 5 }), fc.array(text, { maxLength: 12 }), (pieces, texts) => {
      const source = pieces.join('');
      const matches = linearRegex(source, RE2JS.CASE_INSENSITIVE);
      for (const each of texts.filter(matches)) {
        matched++;
        expect(each.length).toBeGreaterThanOrEqual(shortestMatch(source));
        expect(holdsInOrder(foldForRegex(each.toLowerCase()), requiredRuns(source))).toBe(true);
      }
    }),
    { numRuns: 3000 },
  );
  expect(matched).toBeGreaterThan(1000);
});
