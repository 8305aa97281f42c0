/** A short run of the windows against the plain evaluator; `tools/node test/sigma/windows.ts` runs more. */
import { expect, it } from 'vitest';
import { fuzzWindows } from './windows.ts';

it('windows say what an evaluator says that looks at every event', () => {
  const { fault, fired } = fuzzWindows(60, 2026);
  expect(fault).toBeNull();
  expect(fired).toBeGreaterThan(1000);
});
