/** The exported forest: blocks and single rows agree, odd values are survived, broken saved forests are refused. */
import { IsolationForest } from 'bekci/anomaly';
import { expect, it } from 'vitest';
import { createRandom } from './random.ts';

const FEATURES = 5;

function someRows(count: number, seed = 3): Float64Array {
  const random = createRandom(seed);
  return new Float64Array(count * FEATURES).map(() => random() + random());
}

it.each([1, 3, 255, 256, 257, 1030])('scores %i rows as it scores each alone', (count) => {
  const forest = IsolationForest.fit(someRows(600), FEATURES, { trees: 30, seed: 4 });
  const rows = someRows(count, 9);
  const alone = Array.from({ length: count }, (_, n) =>
    forest.scoreOne(rows.subarray(n * FEATURES, (n + 1) * FEATURES)),
  );
  const together = forest.score(rows);
  expect(together).toHaveLength(count);
  for (const [n, score] of alone.entries()) expect(together[n]).toBeCloseTo(score, 12);
});

it('survives infinite values and values that are no number', () => {
  const rows = someRows(300);
  rows[7] = Number.NaN;
  rows[28] = Number.POSITIVE_INFINITY;
  rows[49] = Number.NEGATIVE_INFINITY;
  for (let n = 0; n < 300; n++) rows[n * FEATURES + 4] = Number.NaN;
  const forest = IsolationForest.fit(rows, FEATURES, { seed: 1 });
  for (const score of forest.score(rows)) expect(score > 0 && score < 1).toBe(true);
  expect(forest.explain(rows.subarray(5 * FEATURES, 6 * FEATURES))[4]).toBe(0);
});

it('gives the far feature the largest share', () => {
  const forest = IsolationForest.fit(someRows(2000), FEATURES);
  const shares = forest.explain([1, 1, 40, 1, 1]);
  expect(shares.indexOf(Math.max(...shares))).toBe(2);
  expect(shares.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1, 9);
});

it('is the same after JSON, and refuses a saved forest that would walk in circles or outside', () => {
  const forest = IsolationForest.fit(someRows(400), FEATURES, { trees: 5 });
  const saved = forest.toJSON();
  const rows = someRows(50, 8);
  expect(IsolationForest.fromJSON(JSON.parse(JSON.stringify(saved))).score(rows)).toEqual(forest.score(rows));
  const zeros = Buffer.alloc(Buffer.from(saved.left, 'base64').length).toString('base64');
  expect(() => IsolationForest.fromJSON({ ...saved, left: zeros })).toThrow(RangeError);
  expect(() => IsolationForest.fromJSON({ ...saved, left: saved.left.slice(0, 400) })).toThrow(RangeError);
  expect(() => IsolationForest.fromJSON({ ...saved, features: 2 })).toThrow(RangeError);
});

it('refuses options that make no sense', () => {
  expect(() => IsolationForest.fit(someRows(3), 4)).toThrow(RangeError);
  expect(() => IsolationForest.fit(someRows(3), 0)).toThrow(RangeError);
  expect(() => IsolationForest.fit(someRows(3), FEATURES, { trees: 0 })).toThrow(RangeError);
});
