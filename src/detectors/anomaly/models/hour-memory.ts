/**
 * What a rarity table said of a value is the same for the rest of the hour: a small table in front answers for the values that come many
 * times an hour. It is as large as those ask for, as all of it is to lie in the nearest caches.
 */
import { joinHashes } from '../hash-text.ts';
import type { RarityTable } from './rarity-table.ts';

/** Pairs of places at first and at most, powers of two: of the two values that may stand in a pair the newer stands first. */
const FIRST_PAIRS = 64;
const MOST_PAIRS = 1024;
/** Numbers to a place: both hashes, the hour, the count. */
const WIDTH = 4;

/** A rarity table's values, each two hashes. */
export class HourMemory {
  private readonly table: RarityTable;
  /** The same bytes twice: counts are no whole numbers. */
  private whole = new Int32Array(0);
  private counts = new Float32Array(0);
  private shift = 0;
  /** Values of an hour that were pushed out within it. */
  private pushed = 0;

  constructor(table: RarityTable) {
    this.table = table;
    this.begin(FIRST_PAIRS);
  }

  private begin(pairs: number): void {
    this.whole = new Int32Array(pairs * 2 * WIDTH);
    this.counts = new Float32Array(this.whole.buffer);
    this.shift = 32 - Math.log2(pairs);
    this.pushed = 0;
  }

  /** The count before, and the value counted if it was not in this hour: as the table's `touch` of the two as one. */
  touch(a: number, b: number, hour: number): number {
    const { whole } = this;
    const at = (Math.imul(a ^ Math.imul(b, 0x2c1b3c6d), 0x9e3779b1) >>> this.shift) * (2 * WIDTH);
    if (whole[at] === a && whole[at + 1] === b && whole[at + 2] === hour) return this.counts[at + 3]!;
    if (whole[at + 4] === a && whole[at + 5] === b && whole[at + 6] === hour) return this.counts[at + 7]!;
    return this.ask(at, a, b, hour);
  }

  private ask(at: number, a: number, b: number, hour: number): number {
    const { whole, table } = this;
    const key = joinHashes(a, b);
    const before = table.touch(key, hour);
    if (whole[at + 6] === hour && ++this.pushed > whole.length / WIDTH && whole.length < MOST_PAIRS * 2 * WIDTH) {
      this.begin((whole.length / (2 * WIDTH)) * 2);
      return before;
    }
    for (let n = 0; n < WIDTH; n++) whole[at + WIDTH + n] = whole[at + n]!;
    whole[at] = a;
    whole[at + 1] = b;
    whole[at + 2] = hour;
    this.counts[at + 3] = table.count(key, hour);
    return before;
  }

  /** Decayed number of hours in which the two were seen; counts nothing. */
  count(a: number, b: number, hour: number): number {
    return this.table.count(joinHashes(a, b), hour);
  }
}
