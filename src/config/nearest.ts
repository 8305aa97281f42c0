/** The word that somebody who mistyped one meant. */

/** Of the known words the one that is nearest by letters; null when none is near. */
export function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known.map((each) => ({ each, away: distance(word, each) })).sort((a, b) => a.away - b.away)[0];
  return ranked !== undefined && ranked.away <= Math.max(1, word.length / 3) ? ranked.each : null;
}

/** Letters changed, left out, put in or swapped with their neighbour (Damerau, restricted). */
function distance(a: string, b: string): number {
  const rows = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = 0; i <= a.length; i++) rows[i]![0] = i;
  for (let j = 0; j <= b.length; j++) rows[0]![j] = j;
  for (let i = 1; i <= a.length; i++)
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      const least = Math.min(rows[i - 1]![j]! + 1, rows[i]![j - 1]! + 1, rows[i - 1]![j - 1]! + cost);
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      rows[i]![j] = isSwap ? Math.min(least, rows[i - 2]![j - 2]! + 1) : least;
    }
  return rows[a.length]![b.length]!;
}
