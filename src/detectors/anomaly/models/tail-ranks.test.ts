/** Both ends surprise alike, by rank and not by distance; equal values are counted whole. */
import { expect, it } from 'vitest';
import { TailRanks } from './tail-ranks.ts';

it('gives the surprise of the rarer side', () => {
  const tails = new TailRanks(
    Float64Array.from({ length: 99 }, (_, n) => n + 1),
    1,
  );
  expect(tails.score([50])).toBe(0);
  expect(tails.score([1])).toBeCloseTo(-Math.log(3 / 100), 12);
  expect(tails.score([99])).toBeCloseTo(-Math.log(3 / 100), 12);
  expect(tails.score([3.5])).toBeCloseTo(-Math.log(7 / 100), 12);
  for (const beyond of [0.5, 1e9, -1e9, Number.NaN]) expect(tails.score([beyond])).toBeCloseTo(-Math.log(1 / 100), 12);
});

it('adds features up, and holds what is mostly one value for usual', () => {
  // Of 100 rows 90 have a 0 in the second feature, the others a 1.
  const rows = Float64Array.from({ length: 200 }, (_, n) => (n % 2 === 0 ? n / 2 : Number(n > 180)));
  const tails = new TailRanks(rows, 2);
  expect(tails.score([50, 0])).toBe(0);
  expect(tails.score([50, 1])).toBeCloseTo(-Math.log(21 / 101), 12);
  expect(tails.score([0, 1])).toBeCloseTo(-Math.log(3 / 101) - Math.log(21 / 101), 12);
});
