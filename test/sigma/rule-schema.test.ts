/** The editor's schema of rule files says yes to every rule that comes along, and points at what the parser refuses. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { readRuleFiles } from '../../src/detectors/sigma/read-files.ts';
import { BUNDLED_RULES } from '../../src/rules-in-use.ts';
import { caseFilesOf } from '../../src/workbench/cases.ts';

const schemaOf = (name: string): z.ZodType =>
  z.fromJSONSchema(JSON.parse(readFileSync(join(import.meta.dirname, '../../schema', name), 'utf8')) as never);
const rules = schemaOf('sigma-rule.schema.json');

it('fits every bundled rule and every file of cases', () => {
  for (const { path, text } of readRuleFiles([BUNDLED_RULES]))
    for (const document of parseAllDocuments(text) as { toJS(): unknown }[])
      expect([path, rules.safeParse(document.toJS()).error?.issues ?? []]).toEqual([path, []]);
  const cases = schemaOf('sigma-cases.schema.json');
  for (const path of caseFilesOf([BUNDLED_RULES]))
    expect([path, cases.safeParse(parse(readFileSync(path, 'utf8'))).success]).toEqual([path, true]);
});

const good = 'title: T\nlogsource: {category: x}\ndetection: {s: {a|contains|all: [x, y]}, condition: s}\n';

it.each([
  ['a rule', good, true],
  ['keys of one’s own', `${good}custom: 1\n`, true],
  ['an unknown modifier', good.replace('contains', 'contians'), false],
  ['a level that is none', `${good}level: hgih\n`, false],
  ['no condition', 'title: T\nlogsource: {category: x}\ndetection: {s: {a: 1}}\n', false],
  ['an unknown key of ours', `${good}bekci: {action: ban, bann: 1h}\n`, false],
  [
    'a correlation',
    'title: T\ncorrelation: {type: event_count, rules: [a], timespan: 10m, condition: {gte: 5}}\n',
    true,
  ],
  ['one without a type', 'title: T\ncorrelation: {rules: [a], timespan: 10m, condition: {gte: 5}}\n', false],
  [
    'a span that is none',
    'title: T\ncorrelation: {type: event_count, rules: [a], timespan: soon, condition: {gte: 5}}\n',
    false,
  ],
  [
    'a filter',
    'title: T\nlogsource: {category: x}\nfilter: {rules: any, selection: {a: 1}, condition: selection}\n',
    true,
  ],
  ['a rule without a title', good.replace('title: T\n', ''), false],
])('%s', (_, text, right) => {
  expect(rules.safeParse(parse(text)).success).toBe(right);
});
