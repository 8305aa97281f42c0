/** Two readings of one walk: rows that are far are alone soon, rows outside the crowd lie thinly, wherever that is; odd numbers are survived. */
import { expect, it } from 'vitest';
import { DensityForest } from './density-forest.ts';
import { growForest } from './grow-forest.ts';
import { createRandom } from './random.ts';
import { walkForest } from './walk-forest.ts';

const WIDTH = 2;

/** Nine rows in ten near nothing, the tenth spread widely. */
function crowd(): Float64Array {
  const random = createRandom(5);
  return Float64Array.from({ length: 1000 * WIDTH }, (_, n) => random() * (n % 20 < 2 ? 40 : 1));
}

function reader(rows: Float64Array) {
  const forest = new DensityForest(rows, WIDTH, { trees: 100, sampleSize: 128, seed: 2 });
  return (row: number[]) => {
    forest.read(row);
    return { isolation: forest.isolation, sparsity: forest.sparsity };
  };
}

it('finds a row alone that is far off, and thinly surrounded one outside the crowd', () => {
  const look = reader(crowd());
  expect(look([90, 90]).isolation).toBeGreaterThan(look([20, 20]).isolation);
  expect(look([20, 20]).isolation).toBeGreaterThan(look([0.5, 0.5]).isolation);
  expect(look([20, 20]).sparsity).toBeGreaterThan(look([0.5, 0.5]).sparsity + 2);
});

it('holds the corner of an evenly filled square for no thinner than its middle, though it is alone sooner', () => {
  const random = createRandom(6);
  const look = reader(new Float64Array(2000).map(() => random()));
  const [corner, middle] = [look([0.02, 0.02]), look([0.5, 0.5])];
  expect(corner.isolation).toBeGreaterThan(middle.isolation + 1);
  expect(corner.sparsity).toBeLessThan(middle.sparsity + 0.2);
});

it('survives few, equal and infinite rows and values that are no number', () => {
  const wild = crowd();
  wild.set([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.MAX_VALUE, -Number.MAX_VALUE], 3);
  for (const rows of [wild, new Float64Array(20), Float64Array.of(1, 2)]) {
    const forest = new DensityForest(rows, WIDTH, { trees: 7, sampleSize: 128, seed: 2 });
    for (const row of [
      [0, 0],
      [Number.NaN, 1],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    ]) {
      forest.read(row);
      expect(Number.isFinite(forest.isolation) && Number.isFinite(forest.sparsity)).toBe(true);
    }
  }
});

it.each([1, 3, 4, 9])('comes in %i trees to the leaves that a walk step by step comes to', (trees) => {
  const rows = crowd();
  const grown = growForest({ rows, features: WIDTH, count: 1000, trees, sampleSize: 64, seed: 3, levels: 12 });
  const leaves = new Int32Array(trees);
  for (let n = 0; n < 50; n++) {
    const row = rows.subarray(n * WIDTH, (n + 1) * WIDTH);
    walkForest(grown, row, leaves);
    for (const [tree, leaf] of leaves.entries()) {
      let node = grown.roots[tree]!;
      while (grown.left[node] !== node)
        node = grown.left[node]! + (row[grown.split[node]!]! >= grown.threshold[node]! ? 1 : 0);
      expect(leaf).toBe(node);
    }
  }
});
