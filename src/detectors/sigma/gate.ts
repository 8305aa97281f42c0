/**
 * Matches that mean nothing until another has come: the second rule of an ordered pair before the first ("a login after brute
 * force": most logins). They wait here, once for all correlations they feed, as long as the first may still come late.
 */

/** Numbers kept of a match: time, offset, origin. */
const STRIDE = 3;
/** Most matches of a group that wait. */
const MAX_HELD = 16;

const NOTHING: readonly number[] = [];

/** The waiting matches of one rule, by row of a table. */
export class Gate {
  private readonly rows = new Map<number, number[]>();

  /** Notes a match; those from which nothing can begin any more go. */
  hold(row: number, time: number, offset: number, origin: number, latenessMs: number): void {
    const held = this.rows.get(row);
    if (held === undefined) {
      this.rows.set(row, [time, offset, origin]);
      return;
    }
    const { length } = held;
    if (length === STRIDE && held[0]! <= time - latenessMs) {
      held[0] = time;
      held[1] = offset;
      held[2] = origin;
      return;
    }
    let drop = length >= MAX_HELD * STRIDE ? STRIDE : 0;
    while (drop < length && held[drop]! <= time - latenessMs) drop += STRIDE;
    if (drop === 0) {
      held.push(time, offset, origin);
      return;
    }
    const kept = length - drop;
    for (let at = 0; at < kept; at++) held[at] = held[at + drop]!;
    held[kept] = time;
    held[kept + 1] = offset;
    held[kept + 2] = origin;
    held.length = kept + STRIDE;
  }

  /** What waits in a row: time, offset and origin of each, in the order they came. */
  heldOf(row: number): readonly number[] {
    return this.rows.get(row) ?? NOTHING;
  }

  forget(row: number): void {
    this.rows.delete(row);
  }

  /** Tells of each that waits in a row. */
  each(row: number, tell: (time: number, offset: number, origin: number) => void): void {
    const held = this.heldOf(row);
    for (let i = 0; i < held.length; i += STRIDE) tell(held[i]!, held[i + 1]!, held[i + 2]!);
  }
}
