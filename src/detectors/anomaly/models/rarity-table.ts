/**
 * How often values were seen, with decay and minimum support, in a table of fixed size. A value counts at most once in each hour,
 * so nobody makes a value usual by repeating it; counts halve with a half-life, and the rarest give way when places are full.
 */
import { packNumbers, unpackNumbers } from './pack-numbers.ts';

/** How a table is kept. */
export interface RarityOptions {
  /** Places, a power of two. */
  readonly places?: number;
  /** Hours after which a count is half. */
  readonly halfLife?: number;
}

/** A table as it is kept: only its filled places. */
export interface SavedRarity {
  readonly keys: string;
  readonly counts: string;
  readonly hours: string;
}

/** Places looked at for one key. */
const PROBES = 8;
/** Places of the small table in front: a power of two. */
const NEAR = 1024;
/** Below this a decayed count is nothing. */
const NOTHING = 0.05;

/** Counts of values by their hash. */
export class RarityTable {
  private readonly mask: number;
  private readonly halfLife: number;
  private readonly keys: Float64Array;
  private readonly counts: Float32Array;
  /** Hour, since the epoch, in which the count was last touched. */
  private readonly hours: Int32Array;
  private readonly nearKeys = new Float64Array(NEAR);
  private readonly nearHours = new Int32Array(NEAR);
  private readonly nearCounts = new Float32Array(NEAR);
  /** Values known now; a bound is reached when it stays at the number of places. */
  size = 0;

  constructor(options: RarityOptions = {}) {
    const { places = 65_536, halfLife = 24 * 30 } = options;
    if ((places & (places - 1)) !== 0 || places < PROBES) throw new RangeError('places must be a power of two');
    this.mask = places - 1;
    this.halfLife = halfLife;
    this.keys = new Float64Array(places);
    this.counts = new Float32Array(places);
    this.hours = new Int32Array(places);
  }

  /** Decayed number of hours in which a value was seen; 0 for one never seen. */
  count(key: number, hour: number): number {
    const at = this.find(key);
    return at < 0 ? 0 : this.counts[at]! * this.decay(hour - this.hours[at]!);
  }

  /** The count before, and the value counted if it was not in this hour. `key` is a whole number other than 0. */
  touch(key: number, hour: number): number {
    // Most values come many times an hour: a small table that fits the nearest cache answers for them.
    const near = key & (NEAR - 1);
    if (this.nearKeys[near] === key && this.nearHours[near] === hour) return this.nearCounts[near]!;
    const before = this.touchFar(key, hour);
    this.nearKeys[near] = key;
    this.nearHours[near] = hour;
    this.nearCounts[near] = before === 0 ? 1 : this.counts[this.find(key)]!;
    return before;
  }

  private touchFar(key: number, hour: number): number {
    let at = this.find(key);
    if (at >= 0) {
      const since = hour - this.hours[at]!;
      if (since <= 0) return this.counts[at]!;
      const before = this.counts[at]! * this.decay(since);
      this.counts[at] = before + 1;
      this.hours[at] = hour;
      return before;
    }
    at = this.makeRoom(key, hour);
    this.keys[at] = key;
    this.counts[at] = 1;
    this.hours[at] = hour;
    return 0;
  }

  private find(key: number): number {
    const start = placeOf(key);
    for (let n = 0; n < PROBES; n++) {
      const at = (start + n) & this.mask;
      if (this.keys[at] === key) return at;
    }
    return -1;
  }

  /** An empty place, or that of the rarest among those looked at. */
  private makeRoom(key: number, hour: number): number {
    const start = placeOf(key);
    let rarest = start & this.mask;
    let least = Number.POSITIVE_INFINITY;
    for (let n = 0; n < PROBES; n++) {
      const at = (start + n) & this.mask;
      if (this.keys[at] === 0) {
        this.size++;
        return at;
      }
      const count = this.counts[at]! * this.decay(hour - this.hours[at]!);
      if (count >= least) continue;
      least = count;
      rarest = at;
    }
    return rarest;
  }

  private decay(hours: number): number {
    return hours <= 0 ? 1 : 2 ** (-hours / this.halfLife);
  }

  /** Lets go of what decayed to nothing; how many values are left. */
  forget(hour: number): number {
    this.size = 0;
    for (let at = 0; at <= this.mask; at++) {
      if (this.keys[at] === 0) continue;
      if (this.counts[at]! * this.decay(hour - this.hours[at]!) < NOTHING) this.keys[at] = 0;
      else this.size++;
    }
    return this.size;
  }

  /** The filled places. */
  toJSON(): SavedRarity {
    const filled: number[] = [];
    for (let at = 0; at <= this.mask; at++) if (this.keys[at] !== 0) filled.push(at);
    return {
      keys: packNumbers(Float64Array.from(filled, (at) => this.keys[at]!)),
      counts: packNumbers(Float32Array.from(filled, (at) => this.counts[at]!)),
      hours: packNumbers(Int32Array.from(filled, (at) => this.hours[at]!)),
    };
  }

  /** Takes saved values in; what does not fit is left out. */
  load(saved: SavedRarity): void {
    const keys = unpackNumbers(saved.keys, Float64Array);
    const counts = unpackNumbers(saved.counts, Float32Array);
    const hours = unpackNumbers(saved.hours, Int32Array);
    for (let n = 0; n < Math.min(keys.length, counts.length, hours.length); n++) {
      if (!Number.isSafeInteger(keys[n]) || keys[n] === 0 || !(counts[n]! >= 0)) continue;
      const at = this.makeRoom(keys[n]!, hours[n]!);
      this.keys[at] = keys[n]!;
      this.counts[at] = counts[n]!;
      this.hours[at] = hours[n]!;
    }
  }
}

function placeOf(key: number): number {
  return Math.imul((key | 0) ^ Math.floor(key / 4_294_967_296), 0x9e3779b1) >>> 8;
}
