/** Plain YAML says what the full parser says, place by place, or leaves the text to it. */
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Document, isMap, isScalar, isSeq, type Node, parseAllDocuments } from 'yaml';
import { readPlainYaml } from './plain-yaml.ts';
import { readRuleFiles } from './read-files.ts';

/** Paths of all keys and where they stand. */
function placesOf(node: Node | null, path: readonly string[], out: [string[], number][]): void {
  if (isSeq(node)) for (const [index, item] of node.items.entries()) placesOf(item as Node, [...path, `${index}`], out);
  if (!isMap(node)) return;
  for (const { key, value } of node.items) {
    if (!isScalar(key)) continue;
    const below = [...path, String(key.value)];
    out.push([below, key.range![0]]);
    placesOf(value as Node | null, below, out);
  }
}

/** True when it was read as plain. */
function compare(text: string): boolean {
  const plain = readPlainYaml(text);
  if (plain === null) return false;
  const parsed = parseAllDocuments(text, { logLevel: 'silent' });
  const documents: Document[] = Array.isArray(parsed) ? parsed.filter((each) => each.contents !== null) : [];
  expect(documents.flatMap((each) => each.errors.map((error) => error.message))).toEqual([]);
  expect(plain.map((each) => each.raw)).toEqual(documents.map((each) => each.toJS()));
  for (const [index, document] of documents.entries()) {
    const places: [string[], number][] = [];
    placesOf(document.contents as Node, [], places);
    for (const [path, offset] of places) expect([path, plain[index]!.offsetOf(path)]).toEqual([path, offset]);
    expect(plain[index]!.offsetOf([])).toBe((document.contents as Node).range![0]);
  }
  return true;
}

it('reads nearly all bundled rules', () => {
  const files = readRuleFiles([join(import.meta.dirname, '..', '..', '..', 'rules')]);
  const plain = files.filter((file) => compare(file.text));
  expect(plain.length).toBeGreaterThan(files.length * 0.8);
});

describe('the corners of YAML', () => {
  it.each([
    "a: b # c\nd: \"e\\\"\\\\ #f\" # g\nh: 'it''s: # no'\n",
    'a:\n- b\n- c: d\n  e: f\n-\n  g: h\ni:\n  - 1\n  - 0\n  - -7\n  - true\n  - ~\n  -\n',
    'a: |\n  one\n   two\n\n  three\n\nb: |-\n    x\n    # y\n# z\nc:\n',
    '# head\n---\na: 1\n--- # next\nb: 2\n',
    'a:b: c\n"d: e": f\nhttp://x: y\n',
    'a:\n  b:\n    c: []\n  # comment\n  d: 745ea50b-9673\n  e: 2024-01-02\n  f: 1e\n  g: 0xzz\n',
    'a: b\n\n\n  # deep comment\nc: d\n',
  ])('plain: %j', (text) => {
    expect(compare(text)).toBe(true);
  });

  it.each([
    'a: >\n  x\n',
    'a: &b c\nd: *b\n',
    'a: {b: c}\n',
    'a: b\n  c\n',
    'a: b: c\n',
    'a: 1\na: 2\n',
    'a:\n\t- b\n',
    '- a\n',
    'a: "b\n  c"\n',
    '1: a\n',
    'a: 0x10\n',
    'a: 1.5\n',
    'a: !!str b\n',
    'a: |2\n   x\n',
    'a\n',
    'a: 1\n---\n# nothing\n---\nb: 2\n',
    '__proto__: a\n',
    'a: - b\n',
    'a:\n    b: c\n  d: e\n',
  ])('left to the full parser: %j', (text) => {
    expect(readPlainYaml(text)).toBeNull();
  });

  it('agrees on texts made of its pieces at random', () => {
    const piece = fc.constantFrom(
      ...['a', 'b', 'a: ', 'b:', 'c: d', '- ', '-', '  ', ' ', '\n', '\n', '\n  ', '\n    ', '\n- ', '\n  - ', '# x'],
      ...[
        ' # y',
        "'",
        '"',
        '\\',
        "'it''s'",
        '"q"',
        '|',
        '|-',
        '\n---\n',
        '1',
        '-2',
        '~',
        'null',
        ':',
        '[]',
        '>',
        '.5',
        '{',
      ],
      ...['a: |\n', 'x|y: z', '\n\n', "'k': v", '--- ', 'true'],
    );
    let read = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (pieces) => {
        if (compare(pieces.join(''))) read++;
      }),
      { numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(500);
  });
});
