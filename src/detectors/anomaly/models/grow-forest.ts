/** Grows the trees of an Isolation Forest, breadth first, over samples that are partitioned in place. */
import { averagePath } from './isolation-path.ts';
import { createRandom } from './random.ts';

/** A forest's nodes, tree after tree. The right child stands behind the left one; a leaf is its own left child. */
export interface GrownForest {
  /** Most steps from a root to a leaf. */
  readonly levels: number;
  /** Feature a node splits on. */
  readonly split: Uint16Array;
  /** Rows at or above go right; positive infinity in a leaf. */
  readonly threshold: Float64Array;
  readonly left: Int32Array;
  /** In a leaf: its depth and c(rows in it). */
  readonly path: Float64Array;
  /** In a leaf: the logarithm of its share of the rows over its share of the ranges that were split on the way there. */
  readonly density: Float64Array;
  readonly roots: Int32Array;
}

interface Growth {
  readonly rows: Float64Array;
  readonly features: number;
  readonly count: number;
  readonly trees: number;
  readonly sampleSize: number;
  readonly seed: number;
  /** Most steps from a root to a leaf; log2(sampleSize), as in the paper, when left out. */
  readonly levels?: number;
}

/** Beyond this a range would overflow when it is measured. */
const HUGE = Number.MAX_VALUE / 4;
/** No side of a split is held for a smaller share of its range: the generator's own step. */
const LEAST_SHARE = 2 ** -32;

/** Grows `trees` trees, each from its own sample without replacement. */
export function growForest(growth: Growth): GrownForest {
  const { rows, features, count, trees, sampleSize } = growth;
  const random = createRandom(growth.seed);
  const levels = growth.levels ?? Math.ceil(Math.log2(Math.max(2, sampleSize)));
  const most = trees * (2 * sampleSize - 1);
  const split = new Uint16Array(most);
  const threshold = new Float64Array(most).fill(Number.POSITIVE_INFINITY);
  const left = new Int32Array(most);
  const path = new Float64Array(most);
  const density = new Float64Array(most);
  const roots = new Int32Array(trees);
  const from = new Int32Array(2 * sampleSize);
  const to = new Int32Array(2 * sampleSize);
  const depths = new Uint8Array(2 * sampleSize);
  /** Share of the split ranges that is left in a node. */
  const rooms = new Float64Array(2 * sampleSize);
  const order = Int32Array.from({ length: count }, (_, index) => index);
  /** Where the rows of a tree's sample begin. */
  const sample = new Int32Array(sampleSize);
  const open = Int32Array.from({ length: features }, (_, index) => index);
  let nodes = 0;
  let splitAt = 0;
  let leftRoom = 0;

  /** Chooses among the features that vary here; -1 when none does. Leaves the split value in `splitAt`, the left side's share of the range in `leftRoom`. */
  function chooseSplit(start: number, end: number): number {
    for (let left = features; left > 0; left--) {
      const pick = (random() * left) | 0;
      const feature = open[pick]!;
      open[pick] = open[left - 1]!;
      open[left - 1] = feature;
      let low = Number.POSITIVE_INFINITY;
      let high = Number.NEGATIVE_INFINITY;
      for (let i = start; i < end; i++) {
        const value = rows[sample[i]! + feature]!;
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (!(low < high)) continue;
      low = Math.max(low, -HUGE);
      high = Math.min(high, HUGE);
      leftRoom = random();
      const at = low + leftRoom * (high - low);
      splitAt = at > low ? at : high;
      return feature;
    }
    return -1;
  }

  /** Moves the rows below `splitAt` to the front; returns where the others begin. */
  function partition(start: number, end: number, feature: number): number {
    let middle = start;
    for (let i = start; i < end; i++) {
      const row = sample[i]!;
      if (rows[row + feature]! >= splitAt) continue;
      sample[i] = sample[middle]!;
      sample[middle++] = row;
    }
    return middle;
  }

  function growTree(root: number): void {
    from[0] = 0;
    to[0] = sampleSize;
    depths[0] = 0;
    rooms[0] = 1;
    let made = 1;
    for (let at = 0; at < made; at++) {
      const node = root + at;
      const [start, end, depth] = [from[at]!, to[at]!, depths[at]!];
      const feature = depth >= levels || end - start <= 1 ? -1 : chooseSplit(start, end);
      const middle = feature < 0 ? start : partition(start, end, feature);
      // All rows on one side happens only with a value that is not a number: nothing is isolated then.
      if (feature < 0 || middle === start || middle === end) {
        left[node] = node;
        path[node] = depth + averagePath(end - start);
        density[node] = Math.log((end - start) / (sampleSize * rooms[at]!));
        continue;
      }
      split[node] = feature;
      threshold[node] = splitAt;
      left[node] = root + made;
      from[made] = start;
      to[made] = middle;
      from[made + 1] = middle;
      to[made + 1] = end;
      depths[made] = depth + 1;
      depths[made + 1] = depth + 1;
      rooms[made] = rooms[at]! * Math.max(leftRoom, LEAST_SHARE);
      rooms[made + 1] = rooms[at]! * Math.max(1 - leftRoom, LEAST_SHARE);
      made += 2;
    }
    nodes = root + made;
  }

  for (let tree = 0; tree < trees; tree++) {
    for (let i = 0; i < sampleSize; i++) {
      const j = i + Math.floor(random() * (count - i));
      const row = order[j]!;
      order[j] = order[i]!;
      order[i] = row;
      sample[i] = row * features;
    }
    roots[tree] = nodes;
    growTree(nodes);
  }
  return {
    levels,
    split: split.slice(0, nodes),
    threshold: threshold.slice(0, nodes),
    left: left.slice(0, nodes),
    path: path.slice(0, nodes),
    density: density.slice(0, nodes),
    roots,
  };
}
