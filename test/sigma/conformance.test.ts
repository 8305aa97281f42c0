/** The Sigma specification clause by clause: each is an example that must hold. */
import { describe, expect, it } from 'vitest';
import { readConformance, tryClause } from './conformance.ts';

for (const { section, clauses } of readConformance()) {
  describe(section, () => {
    it.each(clauses.map((each) => [each.clause, each] as const))('%s', (_, each) => {
      expect(tryClause(each)).toEqual([]);
    });
  });
}
