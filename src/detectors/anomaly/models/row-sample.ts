/** Rows that stand for the stream: a uniform sample while it fills, then one that forgets, each new row taking a random place. */
import { createRandom } from './random.ts';

/** A sample of rows, with the entity each came from. */
export class RowSample {
  readonly width: number;
  readonly size: number;
  readonly rows: Float64Array;
  readonly owners: Int32Array;
  /** Rows held. */
  count = 0;
  /** Rows offered in all. */
  seen = 0;
  private readonly memory: number;
  private readonly random: () => number;

  /** Once full, rows are replaced so that the sample reaches back about `memory` rows. */
  constructor(width: number, size: number, memory: number, seed: number) {
    this.width = width;
    this.size = size;
    this.memory = Math.max(memory, size);
    this.rows = new Float64Array(width * size);
    this.owners = new Int32Array(size);
    this.random = createRandom(seed);
  }

  /** Takes a row in, or not. */
  offer(row: ArrayLike<number>, owner: number): void {
    this.seen++;
    let at = this.count;
    if (at < this.size) this.count++;
    else {
      // A uniform sample of the newest `memory` rows, as Aggarwal's biased reservoir keeps it (VLDB 2006).
      if (this.random() >= this.size / Math.min(this.seen, this.memory)) return;
      at = Math.floor(this.random() * this.size);
    }
    for (let n = 0; n < this.width; n++) this.rows[at * this.width + n] = row[n]!;
    this.owners[at] = owner;
  }

  /** The rows held, as one array. */
  held(): Float64Array {
    return this.rows.subarray(0, this.count * this.width);
  }

  /** Begins anew with these rows. */
  refill(rows: Float64Array, owners: Int32Array): void {
    const count = Math.min(this.size, Math.floor(rows.length / this.width));
    this.rows.set(rows.subarray(0, count * this.width));
    this.owners.set(owners.subarray(0, count));
    this.count = count;
    this.seen = count;
  }
}
