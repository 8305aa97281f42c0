/** Walks one row through all trees of a forest at once. */
import type { GrownForest } from './grow-forest.ts';

/** What a walk needs of a forest. */
type Trees = Pick<GrownForest, 'levels' | 'split' | 'threshold' | 'left' | 'roots'>;

/**
 * Notes the leaf of each tree that a row comes to. Four trees are walked side by side, so that their loads overlap; leaves point to
 * themselves, so all take equally many steps.
 */
export function walkForest(trees: Trees, row: ArrayLike<number>, leaves: Int32Array): void {
  const { levels, split, threshold, left, roots } = trees;
  const count = roots.length;
  let tree = 0;
  for (; tree + 3 < count; tree += 4) {
    let a = roots[tree]!;
    let b = roots[tree + 1]!;
    let c = roots[tree + 2]!;
    let d = roots[tree + 3]!;
    for (let level = 0; level < levels; level++) {
      a = left[a]! + Number(row[split[a]!]! >= threshold[a]!);
      b = left[b]! + Number(row[split[b]!]! >= threshold[b]!);
      c = left[c]! + Number(row[split[c]!]! >= threshold[c]!);
      d = left[d]! + Number(row[split[d]!]! >= threshold[d]!);
    }
    leaves[tree] = a;
    leaves[tree + 1] = b;
    leaves[tree + 2] = c;
    leaves[tree + 3] = d;
  }
  for (; tree < count; tree++) {
    let node = roots[tree]!;
    for (let level = 0; level < levels; level++) node = left[node]! + Number(row[split[node]!]! >= threshold[node]!);
    leaves[tree] = node;
  }
}
