/** Far rows are rarer, what becomes usual is learned, what is gone is forgotten. */
import { expect, it } from 'vitest';
import { Loda } from './loda.ts';
import { createRandom } from './random.ts';

const random = createRandom(6);
const near = (shift: number): Float64Array => Float64Array.from({ length: 4 }, () => random() + random() + shift);

function first(): Float64Array {
  return Float64Array.from(Array.from({ length: 500 }, () => [...near(0)]).flat());
}

it('scores far rows higher and survives constant features', () => {
  const loda = new Loda(first(), 4);
  expect(loda.score(near(5))).toBeGreaterThan(loda.score([1, 1, 1, 1]) + 1);
  expect(Number.isFinite(new Loda(new Float64Array(20), 4).score([1, 2, 3, 4]))).toBe(true);
  expect(Number.isFinite(loda.score([Number.NaN, 1, 1, 1]))).toBe(true);
});

it('recovers within three half-lives of a change', () => {
  const loda = new Loda(first(), 4, { halfLife: 200 });
  const before = loda.score(near(1));
  for (let n = 0; n < 600; n++) loda.learn(near(1));
  expect(loda.score(near(1))).toBeLessThan(before);
  expect(loda.score([1, 1, 1, 1])).toBeGreaterThan(loda.score([2, 2, 2, 2]));
});

it('learns a row that was scored before as it learns any other', () => {
  const rows = first();
  const [scored, plain] = [new Loda(rows, 4), new Loda(rows, 4)];
  const next = Array.from({ length: 50 }, () => near(1));
  for (const row of next) {
    scored.score(row);
    scored.learn(row);
    scored.score(near(9));
    plain.learn(row);
  }
  const reused = near(2);
  scored.score(reused);
  reused.fill(7);
  expect(scored.score(reused)).toBe(plain.score([7, 7, 7, 7]));
});
