/**
 * The forest of a stream: trees as an Isolation Forest grows them, from small samples and to the end, read in two ways. How soon a row is
 * alone (Liu, Ting and Zhou 2008), and how thinly the sides it takes are peopled, split by split: their share of the rows beside their share
 * of the range that rows fill there (density trees measure so, Wu et al., "RS-Forest", ICDM 2014). The first is drawn to the rim of whatever is
 * known, the second is not.
 */
import { type GrownForest, growForest } from './grow-forest.ts';
import { walkForest } from './walk-forest.ts';

/** How it is grown. */
export interface DensityForestOptions {
  readonly trees: number;
  /** Rows a tree is grown from; all of them when there are fewer. */
  readonly sampleSize: number;
  readonly seed: number;
}

/** So deep nearly every row of a small sample is alone. */
const LEVELS = 12;

/** A grown forest. */
export class DensityForest {
  private readonly grown: GrownForest;
  private readonly leaves: Int32Array;
  /** How soon the row read last is alone: minus the mean path to its leaves. */
  isolation = 0;
  /** How thinly peopled the sides are that the row read last takes: minus the mean logarithm of their share of rows over that of range. */
  sparsity = 0;

  constructor(rows: Float64Array, features: number, { trees, sampleSize, seed }: DensityForestOptions) {
    const count = Math.floor(rows.length / features);
    this.grown = growForest({
      ...{ rows, features, count, trees, seed, levels: LEVELS },
      sampleSize: Math.min(sampleSize, count),
    });
    this.leaves = new Int32Array(trees);
  }

  /** Looks a row up in every tree. */
  read(row: ArrayLike<number>): void {
    const { grown, leaves } = this;
    const { path, density } = grown;
    walkForest(grown, row, leaves);
    let [isolation, sparsity] = [0, 0];
    for (let tree = 0; tree < leaves.length; tree++) {
      const leaf = leaves[tree]!;
      isolation -= path[leaf]!;
      sparsity -= density[leaf]!;
    }
    this.isolation = isolation / leaves.length;
    this.sparsity = sparsity / leaves.length;
  }
}
