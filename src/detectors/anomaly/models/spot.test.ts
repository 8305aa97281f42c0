/** The stated risk is the realised rate, on light, heavy and bounded tails, and under a slow drift. */
import { expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { Spot } from './spot.ts';

type Draw = (random: () => number) => number;
const TAILS: readonly (readonly [string, Draw])[] = [
  ['exponential', (random) => -Math.log(1 - random())],
  ['heavy', (random) => (1 - random()) ** -0.25],
  ['bounded', (random) => random() + random()],
];
const RISK = 1e-3;
const REPEATS = 25;

function realised(draw: Draw, seed: number, drift: number): number {
  const random = createRandom(seed);
  const value = (n: number): number => draw(random) + (drift > 0 ? n / 2000 : 0);
  const spot = new Spot(
    Float64Array.from({ length: 5000 }, (_, n) => value(n)),
    { risk: RISK, drift },
  );
  let told = 0;
  for (let n = 5000; n < 35_000; n++) if (spot.observe(value(n))) told++;
  return told / 30_000;
}

it.each(TAILS)('keeps the rate within half and double in 80 of 100 repeats: %s', (_, draw) => {
  const rates = Array.from({ length: REPEATS }, (_, seed) => realised(draw, seed + 1, 0));
  const good = rates.filter((rate) => rate >= RISK / 2 && rate <= RISK * 2).length;
  expect(good / REPEATS, rates.map((rate) => rate.toFixed(5)).join(' ')).toBeGreaterThanOrEqual(0.8);
});

it('follows a level that drifts', () => {
  const rates = Array.from({ length: 10 }, (_, seed) => realised(TAILS[0]![1], seed + 1, 200));
  const good = rates.filter((rate) => rate >= RISK / 2 && rate <= RISK * 2).length;
  expect(good, rates.map((rate) => rate.toFixed(5)).join(' ')).toBeGreaterThanOrEqual(8);
});

it('refuses what makes no sense and lives with values that are all the same', () => {
  expect(() => new Spot(new Float64Array(10), { risk: 0.001 })).toThrow(RangeError);
  expect(() => new Spot(new Float64Array(500), { risk: 0.5 })).toThrow(RangeError);
  const spot = new Spot(new Float64Array(500), { risk: 0.001 });
  expect(spot.observe(0)).toBe(false);
  expect(spot.threshold()).toBe(Number.POSITIVE_INFINITY);
});
