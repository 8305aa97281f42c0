/** The short form of the decoders' fuzzing; the long one is `tools/node test/fuzz/decoders.ts 100000000`. */
import { expect, it } from 'vitest';
import { fuzzDecoders, slowestForms } from './decoders.ts';

it('no decoder throws on mutated lines', () => {
  const { lines, decoded } = fuzzDecoders(60_000, 20_261_124);
  expect(decoded).toBeGreaterThan(lines / 10);
}, 120_000);

it('the time per byte is bounded up to a mebibyte', () => {
  // A loaded machine may stall once; what is slow by nature is slow again.
  const first = slowestForms(29);
  const again = first.length === 0 ? [] : slowestForms(29);
  expect(first.filter((one) => again.some((two) => two.label === one.label && two.length === one.length))).toEqual([]);
}, 240_000);
