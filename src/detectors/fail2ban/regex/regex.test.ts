/** The engine: Python's meaning, and time that does not grow with wickedness. */
import fc from 'fast-check';
import { RE2JS } from 're2js';
import { expect, it } from 'vitest';
import { compileRegex } from './regex.ts';

const all = (source: string, text: string, multiline = false): (string | null)[] | null => {
  const regex = compileRegex(source, multiline);
  return regex.search(text) ? Array.from({ length: regex.groups }, (_, group) => regex.group(group)) : null;
};

it('prefers as Python does', () => {
  expect(all('a|ab', 'ab')).toEqual(['a']);
  expect(all('(a+?)(b+)', 'aabb')).toEqual(['aabb', 'aa', 'bb']);
  expect(all('^(\\S+|.*?) x$', 'a b x\n')).toEqual(['a b x', 'a b']);
  expect(all('(?:(a)|b)+', 'ab')).toEqual(['ab', 'a']);
  expect(all('x{2,3}?', 'xxxx')).toEqual(['xx']);
  expect(all('(?i:ab)C', 'ABC')).toEqual(['ABC']);
  expect(all('(?i:ab)C', 'ABc')).toBeNull();
  expect(all('\\bsaß\\b', 'so saß er')).toEqual(['saß']);
});

it('knows look-around, conditions and back references', () => {
  expect(all('^(?:(?! from ).)*? from (\\S+)$', 'a b from c')).toEqual(['a b from c', 'c']);
  expect(all('(?<=\\[)\\d+(?=\\])', 'x[12]')).toEqual(['12']);
  expect(all('(?P<q>["\']?)\\w+(?P=q) end', '"ab" end')).toEqual(['"ab" end', '"']);
  expect(all('^(?P<a>x)?(?(a)y|z)$', 'xy')).toEqual(['xy', 'x']);
  expect(all('^(?P<a>x)?(?(a)y|z)$', 'z')).toEqual(['z', null]);
  expect(all('^(?P<a>x)?(?(a)y|z)$', 'xz')).toBeNull();
  expect(all('(?!a)(b)|a', 'a')).toEqual(['a', null]);
});

it('anchors as Python does', () => {
  expect(all('a$', 'a\n')).toEqual(['a']);
  expect(all('a\\Z', 'a\n')).toBeNull();
  expect(all('^b', 'a\nb')).toBeNull();
  expect(all('^b$', 'a\nb\nc', true)).toEqual(['b']);
});

it.each([
  ['(', 'missing )'],
  ['a**', 'multiple repeat'],
  ['[a', 'unterminated'],
  ['(?P=x)', 'unknown group'],
  ['\\y', 'bad escape'],
  ['(?<=a+)b', 'fixed width'],
  ['a(?i)b', 'global flags'],
  ['(?>a)', 'atomic'],
  ['a++', 'possessive'],
])('refuses %s', (source, reason) => {
  expect(() => compileRegex(source)).toThrow(reason);
});

it.each([
  '(a+)+$',
  '(a|aa)+$',
  '(.*)(.*)(.*)(.*)x',
  '(?:a?){50}a{50}b',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(?:\\S+ )*?(?: ?\\S+)*=$',
  '^(?P<x>a*)(?P<y>a*)(?P=x)(?P=y)b',
  '(?:(?=(a*))a)*b',
])('%s stays linear on a text made for it', (source) => {
  const regex = compileRegex(source);
  const costOf = (length: number): number => {
    const text = `${'a'.repeat(length)}!`;
    const start = process.cpuUsage();
    expect(regex.search(text)).toBe(false);
    const { user } = process.cpuUsage(start);
    return user;
  };
  costOf(500);
  const [small, large] = [costOf(1000), costOf(8000)];
  // Eight times the text, not sixty-four times the time; a floor keeps small figures from deciding.
  expect(large).toBeLessThan(Math.max(small, 5_000) * 24);
});

it('agrees with the linear engine of the rules wherever that can say it', () => {
  const piece = fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '\\w', '\\d', '(a|b)', '(?:ab|a)', '(a*)', '\\b', ' ');
  const part = fc
    .tuple(piece, fc.constantFrom('', '*', '+', '?', '*?', '+?', '{1,2}'))
    .map(([one, many]) => (one === '\\b' || (one === '(a*)' && many !== '') ? one : one + many));
  const pattern = fc.tuple(
    fc.array(part, { minLength: 1, maxLength: 6 }),
    fc.constantFrom('', '^'),
    fc.constantFrom('', '\\z'),
  );
  fc.assert(
    fc.property(pattern, fc.string({ unit: fc.constantFrom('a', 'b', ' ', '1', 'c'), maxLength: 12 }), (made, text) => {
      const body = made[0].join('');
      const theirs = RE2JS.compile(made[1] + body + made[2]).matcher(text);
      const mine = all(made[1] + body + (made[2] === '' ? '' : '\\Z'), text);
      const found = theirs.find() ? theirs.group() : null;
      expect(mine?.[0] ?? null).toBe(found);
    }),
    { numRuns: 3000 },
  );
});
