/** Prequential: finds far points, loses next to nothing by attack rows among those it learns from, and recovers when the world changes. */
import { expect, it } from 'vitest';
import { createRandom } from './random.ts';
import { StreamEnsemble } from './stream-ensemble.ts';

const WIDTH = 8;

function normals(seed: number): () => number {
  const random = createRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A usual row, or an attack's: two features far out, at places of its own. */
function rowOf(normal: () => number, shift: number, attack: boolean): Float64Array {
  const row = Float64Array.from({ length: WIDTH }, (_, n) => normal() * (1 + (n % 3)) + shift);
  if (attack) {
    row[1]! += 7 + normal();
    row[5]! += 9 + normal();
  }
  return row;
}

/** Area under the curve: share of pairs in the right order. */
function area(usual: readonly number[], strange: readonly number[]): number {
  let right = 0;
  for (const a of strange) for (const b of usual) right += a > b ? 1 : a === b ? 0.5 : 0;
  return right / (usual.length * strange.length);
}

function areaAfter(seed: number, dirty: number): number {
  const normal = normals(seed);
  const random = createRandom(seed);
  const first = new Float64Array(256 * WIDTH);
  for (let n = 0; n < 256; n++) first.set(rowOf(normal, 0, random() < dirty), n * WIDTH);
  const detector = new StreamEnsemble(first, WIDTH, { seed });
  for (let n = 0; n < 10_000; n++) detector.learn(rowOf(normal, 0, random() < dirty));
  const scores = (attack: boolean): number[] =>
    Array.from({ length: 300 }, () => detector.score(rowOf(normal, 0, attack)));
  return area(scores(false), scores(true));
}

it('falls by no more than 0.01 when one row in a hundred it learns is an attack', () => {
  let [clean, dirty] = [0, 0];
  for (let seed = 1; seed <= 5; seed++) {
    clean += areaAfter(seed, 0) / 5;
    dirty += areaAfter(seed, 0.01) / 5;
  }
  expect(clean).toBeGreaterThan(0.95);
  expect(clean - dirty).toBeLessThanOrEqual(0.01);
});

it('recovers from a change within 20,000 rows: its histograms and its sample forget', () => {
  const normal = normals(9);
  const first = new Float64Array(256 * WIDTH);
  for (let n = 0; n < 256; n++) first.set(rowOf(normal, 0, false), n * WIDTH);
  const detector = new StreamEnsemble(first, WIDTH, { memory: 5000, halfLife: 5000 });
  for (let n = 0; n < 10_000; n++) detector.learn(rowOf(normal, 0, false));
  const scores = (attack: boolean): number[] =>
    Array.from({ length: 300 }, () => detector.score(rowOf(normal, 6, attack)));
  const before = area(scores(false), scores(true));
  for (let n = 0; n < 20_000; n++) detector.learn(rowOf(normal, 6, false));
  const after = area(scores(false), scores(true));
  expect(before).toBeLessThan(0.9);
  expect(after).toBeGreaterThan(0.95);
});
