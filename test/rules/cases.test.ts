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

it('has a case in which each alerting rule speaks', () => {
  const alerting = [...loaded.set.rules, ...loaded.set.correlations].filter((each) => each.alerts);
  expect(alerting.filter(({ info }) => !proved.has(info.id)).map(({ rule }) => rule.name)).toEqual([]);
});
