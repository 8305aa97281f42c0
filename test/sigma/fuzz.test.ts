/** A short run of the differential fuzz test; `tools/node test/sigma/fuzz.ts` runs a million pairs. */
import { expect, it } from 'vitest';
import { fuzzIndex } from './fuzz.ts';

it('the index says what the plain evaluator says', () => {
  const { fault, matches } = fuzzIndex(20_000, 2026);
  expect(fault).toBeNull();
  expect(matches).toBeGreaterThan(5_000);
});
