/** Every `*.cases.yml` beside the bundled rules: lines that make a rule speak, lines that must not, and imitations that must blame nobody else. */
import { relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { BUNDLED_RULES, rulesInUse } from '../../src/rules-in-use.ts';
import { caseFilesOf, readCases, runCase } from '../../src/workbench/cases.ts';

const loaded = rulesInUse(configSchema.parse({}));
const proved = new Set<string>();

for (const file of caseFilesOf([BUNDLED_RULES])) {
  describe(relative(BUNDLED_RULES, file), () => {
    it.each(readCases([file]).map((each) => [each.name, each] as const))('%s', (_, each) => {
      const result = runCase(each, loaded);
      expect(result.faults).toEqual([]);
      for (const id of result.proved) proved.add(id);
    });
  });
}

/** Proved in travel.test.ts: cases have no database of countries. */
const ELSEWHERE: ReadonlySet<string | null> = new Set(['impossible_travel']);

it('has a case in which each alerting rule speaks', () => {
  const alerting = [...loaded.set.rules, ...loaded.set.correlations].filter((each) => each.alerts);
  const silent = alerting.filter(({ info, rule }) => !proved.has(info.id) && !ELSEWHERE.has(rule.name));
  expect(silent.map(({ rule }) => rule.name)).toEqual([]);
});
