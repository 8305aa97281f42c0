/**
 * Matches that mean nothing until another has come: the second rule of an ordered pair before the first ("a login after brute
 * force": most logins). They wait here, once for all correlations they feed, as long as the first may still come late.
 */
import { grown } from './columns.ts';

/** Numbers kept of a match: time, offset, origin. */
const STRIDE = 3;
/** Most matches of a group that wait. */
const MAX_HELD = 16;
const FIRST_ROWS = 64;

const NOTHING: readonly number[] = [];

/** The waiting matches of one rule, by row of a table: the newest of each as three columns, and those before it that are not too old. */
export class Gate {
  /** Of each row; `-Infinity` where nothing waits. */
  private time = new Float64Array(FIRST_ROWS).fill(Number.NEGATIVE_INFINITY);
  private offset = new Float64Array(FIRST_ROWS);
  private origin = new Int32Array(FIRST_ROWS);
  /** Those that came before the newest, which few rows have. */
  private readonly earlier = new Map<number, number[]>();

  /** Notes a match; those from which nothing can begin any more go. */
  hold(row: number, time: number, offset: number, origin: number, latenessMs: number): void {
    if (row >= this.time.length) this.grow(row);
    const before = this.time[row]!;
    if (before > time - latenessMs) this.keep(row, before, time - latenessMs);
    else if (this.earlier.size > 0) this.drop(row, time - latenessMs);
    this.time[row] = time;
    this.offset[row] = offset;
    this.origin[row] = origin;
  }

  /** What waits in a row: time, offset and origin of each, in the order they came. */
  heldOf(row: number): readonly number[] {
    const newest = this.time[row];
    if (newest === undefined || newest === Number.NEGATIVE_INFINITY) return NOTHING;
    return [...(this.earlier.get(row) ?? NOTHING), newest, this.offset[row]!, this.origin[row]!];
  }

  forget(row: number): void {
    if (row < this.time.length) this.time[row] = Number.NEGATIVE_INFINITY;
    this.earlier.delete(row);
  }

  /** Tells of each that waits in a row. */
  each(row: number, tell: (time: number, offset: number, origin: number) => void): void {
    const held = this.heldOf(row);
    for (let i = 0; i < held.length; i += STRIDE) tell(held[i]!, held[i + 1]!, held[i + 2]!);
  }

  /** The newest stands behind those before it now. */
  private keep(row: number, newest: number, settled: number): void {
    const kept = this.drop(row, settled);
    if (kept === undefined) this.earlier.set(row, [newest, this.offset[row]!, this.origin[row]!]);
    else {
      kept.push(newest, this.offset[row]!, this.origin[row]!);
      // One place is the newest's own.
      if (kept.length >= MAX_HELD * STRIDE) kept.splice(0, STRIDE);
    }
  }

  /** Takes out the first ones that are too old; those that are left, if any. */
  private drop(row: number, settled: number): number[] | undefined {
    const held = this.earlier.get(row);
    if (held === undefined) return undefined;
    let gone = 0;
    while (gone < held.length && held[gone]! <= settled) gone += STRIDE;
    if (gone === held.length) {
      this.earlier.delete(row);
      return undefined;
    }
    if (gone > 0) held.splice(0, gone);
    return held;
  }

  private grow(row: number): void {
    const size = Math.max(row + 1, this.time.length * 2);
    const used = this.time.length;
    this.time = grown(this.time, size).fill(Number.NEGATIVE_INFINITY, used);
    this.offset = grown(this.offset, size);
    this.origin = grown(this.origin, size);
  }
}
