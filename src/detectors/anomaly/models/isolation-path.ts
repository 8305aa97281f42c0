/** The one formula that growing and scoring of an Isolation Forest share. */

const EULER = 0.5772156649015329;

/** Average path length of an unsuccessful search in a binary tree of n leaves: equation 1 of the paper. */
export function averagePath(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + EULER) - (2 * (n - 1)) / n;
}
