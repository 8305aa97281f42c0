/**
 * Isolation Forest: Liu, Ting and Zhou, "Isolation Forest", ICDM 2008. Trees in typed arrays, seeded, serialisable, explainable.
 * Rows are flat: `features` numbers a row. Not-a-number goes left at every split, in fitting as in scoring.
 */
import { type GrownForest, growForest } from './grow-forest.ts';
import { averagePath } from './isolation-path.ts';
import { packNumbers, unpackNumbers } from './pack-numbers.ts';
import { walkForest } from './walk-forest.ts';

type Trees = Omit<GrownForest, 'density'>;

/** How a forest is grown. The defaults are the paper's: 100 trees of 256 rows. */
export interface ForestOptions {
  readonly trees?: number;
  /** Rows a tree is grown from; all of them when there are fewer. */
  readonly sampleSize?: number;
  readonly seed?: number;
}

/** A forest as it is kept: its arrays as base64 of their little-endian bytes. */
export interface SavedForest {
  readonly features: number;
  readonly sampleSize: number;
  readonly levels: number;
  readonly split: string;
  readonly threshold: string;
  readonly left: string;
  readonly path: string;
  readonly roots: string;
}

/** Rows that walk a tree together: their loads overlap, and their cells stay in the first-level cache. */
const BLOCK = 256;

/** A fitted forest. */
export class IsolationForest {
  readonly features: number;
  readonly sampleSize: number;
  private readonly grown: Trees;
  /** What a summed path length is multiplied with to give the exponent of equation 2. */
  private readonly scale: number;
  private readonly sums = new Float64Array(BLOCK);
  private readonly walked: Int32Array;
  private readonly leaves: Int32Array;

  private constructor(features: number, sampleSize: number, grown: Trees) {
    this.features = features;
    this.sampleSize = sampleSize;
    this.grown = grown;
    this.scale = sampleSize <= 1 ? 0 : -1 / (grown.roots.length * averagePath(sampleSize));
    this.walked = new Int32Array(grown.levels + 1);
    this.leaves = new Int32Array(grown.roots.length);
  }

  /** Grows a forest. Throws RangeError when there are no rows or an option makes no sense. */
  static fit(rows: Float64Array, features: number, options: ForestOptions = {}): IsolationForest {
    const { trees = 100, sampleSize: wanted = 256, seed = 1 } = options;
    if (!Number.isInteger(features) || features < 1 || features > 65_535)
      throw new RangeError('features must be a whole number from 1 to 65535');
    const count = Math.floor(rows.length / features);
    if (count === 0 || rows.length % features !== 0)
      throw new RangeError('an isolation forest needs whole rows, at least one');
    if (!(Number.isInteger(trees) && trees >= 1) || !(Number.isInteger(wanted) && wanted >= 1))
      throw new RangeError('trees and sampleSize must be whole numbers of 1 or more');
    const sampleSize = Math.min(wanted, count);
    return new IsolationForest(features, sampleSize, growForest({ rows, features, count, trees, sampleSize, seed }));
  }

  /** Anomaly score of each row: 0.5 is ordinary, towards 1 is strange (equation 2). */
  score(rows: Float64Array): Float64Array {
    const count = Math.floor(rows.length / this.features);
    const out = new Float64Array(count);
    for (let first = 0; first < count; first += BLOCK) {
      const size = Math.min(BLOCK, count - first);
      this.sums.fill(0);
      for (const root of this.grown.roots) this.walkBlock(rows, first * this.features, size, root);
      for (let row = 0; row < size; row++)
        out[first + row] = 2 ** (this.sums[row]! * this.scale - Number(this.scale === 0));
    }
    return out;
  }

  /** Score of one row. */
  scoreOne(row: ArrayLike<number>): number {
    if (this.scale === 0) return 0.5;
    const { leaves } = this;
    const { path } = this.grown;
    walkForest(this.grown, row, leaves);
    let total = 0;
    for (const leaf of leaves) total += path[leaf]!;
    return 2 ** (total * this.scale);
  }

  /** Adds the path lengths of a block of rows in one tree. Leaves point to themselves, so every row takes equally many steps. */
  private walkBlock(rows: Float64Array, start: number, size: number, root: number): void {
    const { features, sums } = this;
    const { split, threshold, left, path, levels } = this.grown;
    let row = 0;
    for (; row + 3 < size; row += 4) {
      const at0 = start + row * features;
      const at1 = at0 + features;
      const at2 = at1 + features;
      const at3 = at2 + features;
      let a = root;
      let b = root;
      let c = root;
      let d = root;
      for (let level = 0; level < levels; level++) {
        a = left[a]! + Number(rows[at0 + split[a]!]! >= threshold[a]!);
        b = left[b]! + Number(rows[at1 + split[b]!]! >= threshold[b]!);
        c = left[c]! + Number(rows[at2 + split[c]!]! >= threshold[c]!);
        d = left[d]! + Number(rows[at3 + split[d]!]! >= threshold[d]!);
      }
      sums[row] = sums[row]! + path[a]!;
      sums[row + 1] = sums[row + 1]! + path[b]!;
      sums[row + 2] = sums[row + 2]! + path[c]!;
      sums[row + 3] = sums[row + 3]! + path[d]!;
    }
    for (; row < size; row++) {
      const at = start + row * features;
      let node = root;
      for (let level = 0; level < levels; level++)
        node = left[node]! + Number(rows[at + split[node]!]! >= threshold[node]!);
      sums[row] = sums[row]! + path[node]!;
    }
  }

  /**
   * How much each feature shortened the row's paths, as shares that add up to 1 (all zero when no path was short): every split
   * on a short path is credited, later ones more, as they isolate more.
   */
  explain(row: ArrayLike<number>): Float64Array {
    const credit = new Float64Array(this.features);
    const { split, threshold, left, path, roots } = this.grown;
    const { walked } = this;
    const expected = averagePath(this.sampleSize);
    let sum = 0;
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree]!;
      let depth = 0;
      for (let next = left[node]!; next !== node; next = left[node]!) {
        const feature = split[node]!;
        walked[depth++] = feature;
        node = row[feature]! >= threshold[node]! ? next + 1 : next;
      }
      const gain = expected - path[node]!;
      if (gain <= 0 || depth === 0) continue;
      const unit = (gain * 2) / (depth * (depth + 1));
      for (let step = 0; step < depth; step++) credit[walked[step]!]! += unit * (step + 1);
      sum += gain;
    }
    if (sum > 0) for (let feature = 0; feature < credit.length; feature++) credit[feature]! /= sum;
    return credit;
  }

  /** The forest as JSON. */
  toJSON(): SavedForest {
    const { levels, split, threshold, left, path, roots } = this.grown;
    return {
      features: this.features,
      sampleSize: this.sampleSize,
      levels,
      split: packNumbers(split),
      threshold: packNumbers(threshold),
      left: packNumbers(left),
      path: packNumbers(path),
      roots: packNumbers(roots),
    };
  }

  /** A forest from its JSON. Throws RangeError for one that would walk outside its arrays. */
  static fromJSON(saved: SavedForest): IsolationForest {
    const grown: Trees = {
      levels: saved.levels,
      split: unpackNumbers(saved.split, Uint16Array),
      threshold: unpackNumbers(saved.threshold, Float64Array),
      left: unpackNumbers(saved.left, Int32Array),
      path: unpackNumbers(saved.path, Float64Array),
      roots: unpackNumbers(saved.roots, Int32Array),
    };
    checkGrown(grown, saved.features);
    return new IsolationForest(saved.features, saved.sampleSize, grown);
  }
}

/** Every child lies behind its parent and inside the arrays, so a walk ends; every feature is one of the row's. */
function checkGrown(grown: Trees, features: number): void {
  const { split, threshold, left, path, roots, levels } = grown;
  const nodes = left.length;
  const fits = split.length === nodes && threshold.length === nodes && path.length === nodes && roots.length > 0;
  if (!fits || !(levels >= 0 && levels <= 64)) throw new RangeError('a saved forest has arrays of unequal length');
  for (const root of roots) if (!(root >= 0 && root < nodes)) throw new RangeError('a saved forest has a root outside');
  for (let node = 0; node < nodes; node++) {
    const next = left[node]!;
    if (next === node ? threshold[node] !== Number.POSITIVE_INFINITY : next <= node || next + 1 >= nodes)
      throw new RangeError('a saved forest has a child outside');
    if (split[node]! >= features) throw new RangeError('a saved forest asks for a feature that rows do not have');
  }
}
