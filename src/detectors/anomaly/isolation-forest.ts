/** Isolation Forest: Liu, Ting and Zhou, "Isolation Forest", ICDM 2008. Trees in typed arrays, seeded, serialisable, explainable. */
import { createRandom } from './random.ts';

/** How a forest is grown. The defaults are the paper's. */
export interface ForestOptions {
  readonly trees?: number;
  readonly sampleSize?: number;
  readonly seed?: number;
}

const EULER = 0.5772156649015329;

/** Average path length of an unsuccessful search in a binary tree of n leaves: equation 1 of the paper. */
export function averagePath(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + EULER) - (2 * (n - 1)) / n;
}

/** A fitted forest. Rows are flat: `features` numbers a row. */
export class IsolationForest {
  readonly features: number;
  readonly sampleSize: number;
  /** Feature of each node, -1 for a leaf. */
  private readonly split: Int16Array;
  private readonly threshold: Float64Array;
  private readonly left: Int32Array;
  private readonly right: Int32Array;
  /** Path length added by a leaf: c(rows in it). */
  private readonly rest: Float64Array;
  private readonly roots: Int32Array;

  private constructor(parts: ForestParts) {
    this.features = parts.features;
    this.sampleSize = parts.sampleSize;
    this.split = Int16Array.from(parts.split);
    this.threshold = Float64Array.from(parts.threshold);
    this.left = Int32Array.from(parts.left);
    this.right = Int32Array.from(parts.right);
    this.rest = Float64Array.from(parts.rest);
    this.roots = Int32Array.from(parts.roots);
  }

  /** Grows a forest. Throws RangeError when there are no rows. */
  static fit(rows: Float64Array, features: number, options: ForestOptions = {}): IsolationForest {
    const count = Math.floor(rows.length / features);
    if (count === 0 || features < 1) throw new RangeError('an isolation forest needs rows');
    const sampleSize = Math.min(options.sampleSize ?? 256, count);
    const parts: GrowingForest = {
      features,
      sampleSize,
      split: [],
      threshold: [],
      left: [],
      right: [],
      rest: [],
      roots: [],
    };
    const random = createRandom(options.seed ?? 1);
    const order = Int32Array.from({ length: count }, (_, index) => index);
    const limit = Math.ceil(Math.log2(Math.max(2, sampleSize)));
    for (let tree = 0; tree < (options.trees ?? 100); tree++) {
      for (let i = 0; i < sampleSize; i++) {
        const j = i + Math.floor(random() * (count - i));
        [order[i], order[j]] = [order[j]!, order[i]!];
      }
      parts.roots.push(grow(parts, { rows, sample: order.slice(0, sampleSize), limit, random }, 0));
    }
    return new IsolationForest(parts);
  }

  /** Anomaly score of each row: 0.5 is ordinary, towards 1 is strange (equation 2). */
  score(rows: Float64Array): Float64Array {
    const out = new Float64Array(Math.floor(rows.length / this.features));
    for (let row = 0; row < out.length; row++) out[row] = this.scoreAt(rows, row * this.features);
    return out;
  }

  /** Score of one row. */
  scoreOne(row: ArrayLike<number>): number {
    return this.scoreAt(row, 0);
  }

  private scoreAt(rows: ArrayLike<number>, start: number): number {
    let total = 0;
    for (const root of this.roots) {
      let node = root;
      let depth = 0;
      for (let feature = this.split[node]!; feature >= 0; feature = this.split[node]!) {
        node = rows[start + feature]! < this.threshold[node]! ? this.left[node]! : this.right[node]!;
        depth++;
      }
      total += depth + this.rest[node]!;
    }
    // A single row says nothing: everything is ordinary then.
    if (this.sampleSize <= 1) return 0.5;
    return 2 ** (-total / this.roots.length / averagePath(this.sampleSize));
  }

  /**
   * How much each feature shortened the row's paths, as shares that add up to 1: every split on a short path is credited
   * with what it isolated.
   */
  explain(row: ArrayLike<number>): Float64Array {
    const credit = new Float64Array(this.features);
    const expected = averagePath(this.sampleSize);
    for (const root of this.roots) {
      const used: number[] = [];
      let node = root;
      for (let feature = this.split[node]!; feature >= 0; feature = this.split[node]!) {
        used.push(feature);
        node = row[feature]! < this.threshold[node]! ? this.left[node]! : this.right[node]!;
      }
      const gain = Math.max(0, expected - used.length - this.rest[node]!);
      // Later splits isolate more: the last one on a short path is the reason it is short.
      for (const [index, feature] of used.entries())
        credit[feature]! += (gain * (index + 1) * 2) / (used.length * (used.length + 1));
    }
    const sum = credit.reduce((total, each) => total + each, 0);
    return sum === 0 ? credit : credit.map((each) => each / sum);
  }

  /** The forest as JSON. */
  toJSON(): ForestParts {
    return {
      features: this.features,
      sampleSize: this.sampleSize,
      split: [...this.split],
      threshold: [...this.threshold],
      left: [...this.left],
      right: [...this.right],
      rest: [...this.rest],
      roots: [...this.roots],
    };
  }

  /** A forest from its JSON. */
  static fromJSON(parts: ForestParts): IsolationForest {
    return new IsolationForest(parts);
  }
}

/** A forest's parts, node by node. */
export interface ForestParts {
  readonly features: number;
  readonly sampleSize: number;
  readonly split: readonly number[];
  readonly threshold: readonly number[];
  readonly left: readonly number[];
  readonly right: readonly number[];
  readonly rest: readonly number[];
  readonly roots: readonly number[];
}

type GrowingForest = {
  readonly [Key in keyof ForestParts]: ForestParts[Key] extends readonly number[] ? number[] : ForestParts[Key];
};

interface Growth {
  readonly rows: Float64Array;
  readonly sample: Int32Array;
  readonly limit: number;
  readonly random: () => number;
}

/** Grows a node over the sample and returns its index. Only features that vary are split on. */
function grow(forest: GrowingForest, growth: Growth, depth: number): number {
  const { rows, sample, limit, random } = growth;
  const node = forest.split.length;
  forest.split.push(-1);
  forest.threshold.push(0);
  forest.left.push(-1);
  forest.right.push(-1);
  forest.rest.push(averagePath(sample.length));
  if (depth >= limit || sample.length <= 1) return node;
  const choice = chooseSplit(rows, sample, forest.features, random);
  if (choice === null) return node;
  const { feature, at } = choice;
  const below = sample.filter((row) => rows[row * forest.features + feature]! < at);
  const above = sample.filter((row) => rows[row * forest.features + feature]! >= at);
  forest.split[node] = feature;
  forest.threshold[node] = at;
  forest.rest[node] = 0;
  forest.left[node] = grow(forest, { ...growth, sample: below }, depth + 1);
  forest.right[node] = grow(forest, { ...growth, sample: above }, depth + 1);
  return node;
}

function chooseSplit(
  rows: Float64Array,
  sample: Int32Array,
  features: number,
  random: () => number,
): { feature: number; at: number } | null {
  const open = Array.from({ length: features }, (_, feature) => feature);
  while (open.length > 0) {
    const [feature] = open.splice(Math.floor(random() * open.length), 1);
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (const row of sample) {
      const value = rows[row * features + feature!]!;
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (low < high) {
      const at = low + random() * (high - low);
      return { feature: feature!, at: at > low ? at : high };
    }
  }
  return null;
}
