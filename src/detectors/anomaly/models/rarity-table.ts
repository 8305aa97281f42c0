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
/** Places made room for at first; twice as many each time that a value finds none of its own. */
const FIRST_PLACES = 1024;
/** Below this a decayed count is nothing. */
const NOTHING = 0.05;

/** Counts of values by their hash. */
export class RarityTable {
  private readonly places: number;
  private readonly halfLife: number;
  private mask = 0;
  /** The same bytes thrice, 16 to a place: its key as the first 8, its count, and the hour, since the epoch, in which that was last touched. */
  private keys = new Float64Array(0);
  private counts = new Float32Array(0);
  private hours = new Int32Array(0);
  /** Values known now; a bound is reached when it stays at the number of places. */
  size = 0;

  constructor(options: RarityOptions = {}) {
    const { places = 65_536, halfLife = 24 * 30 } = options;
    if ((places & (places - 1)) !== 0 || places < PROBES) throw new RangeError('places must be a power of two');
    this.places = places;
    this.halfLife = halfLife;
    this.take(Math.min(places, FIRST_PLACES));
  }

  /** Begins with so many empty places. */
  private take(places: number): void {
    const bytes = new ArrayBuffer(places * 16);
    this.mask = places - 1;
    this.keys = new Float64Array(bytes);
    this.counts = new Float32Array(bytes);
    this.hours = new Int32Array(bytes);
  }

  /** Decayed number of hours in which a value was seen; 0 for one never seen. */
  count(key: number, hour: number): number {
    const at = this.find(key);
    return at < 0 ? 0 : this.countAt(at, hour);
  }

  /** The count before, and the value counted if it was not in this hour. `key` is a whole number other than 0. */
  touch(key: number, hour: number): number {
    let at = this.find(key);
    if (at >= 0) {
      const since = hour - this.hours[at * 4 + 3]!;
      if (since <= 0) return this.counts[at * 4 + 2]!;
      const before = this.countAt(at, hour);
      this.counts[at * 4 + 2] = before + 1;
      this.hours[at * 4 + 3] = hour;
      return before;
    }
    at = this.makeRoom(key, hour);
    this.set(at, key, 1, hour);
    return 0;
  }

  private set(at: number, key: number, count: number, hour: number): void {
    this.keys[at * 2] = key;
    this.counts[at * 4 + 2] = count;
    this.hours[at * 4 + 3] = hour;
  }

  private countAt(at: number, hour: number): number {
    return this.counts[at * 4 + 2]! * this.decay(hour - this.hours[at * 4 + 3]!);
  }

  private find(key: number): number {
    const start = placeOf(key);
    for (let n = 0; n < PROBES; n++) {
      const at = (start + n) & this.mask;
      if (this.keys[at * 2] === key) return at;
    }
    return -1;
  }

  /** An empty place, or that of the rarest among those looked at when there may be no more of them. */
  private makeRoom(key: number, hour: number): number {
    const start = placeOf(key);
    let rarest = start & this.mask;
    let least = Number.POSITIVE_INFINITY;
    for (let n = 0; n < PROBES; n++) {
      const at = (start + n) & this.mask;
      if (this.keys[at * 2] === 0) {
        this.size++;
        return at;
      }
      const count = this.countAt(at, hour);
      if (count >= least) continue;
      least = count;
      rarest = at;
    }
    if (this.mask + 1 >= this.places) return rarest;
    this.enlarge(hour);
    return this.makeRoom(key, hour);
  }

  /** Twice as many places. */
  private enlarge(hour: number): void {
    const { keys, counts, hours } = this;
    const before = this.mask + 1;
    this.take(before * 2);
    this.size = 0;
    for (let at = 0; at < before; at++) {
      const key = keys[at * 2]!;
      if (key !== 0) this.set(this.makeRoom(key, hour), key, counts[at * 4 + 2]!, hours[at * 4 + 3]!);
    }
  }

  private decay(hours: number): number {
    return hours <= 0 ? 1 : 2 ** (-hours / this.halfLife);
  }

  /** Lets go of what decayed to nothing; how many values are left. */
  forget(hour: number): number {
    this.size = 0;
    for (let at = 0; at <= this.mask; at++) {
      if (this.keys[at * 2] === 0) continue;
      if (this.countAt(at, hour) < NOTHING) this.keys[at * 2] = 0;
      else this.size++;
    }
    return this.size;
  }

  /** The filled places. */
  toJSON(): SavedRarity {
    const filled: number[] = [];
    for (let at = 0; at <= this.mask; at++) if (this.keys[at * 2] !== 0) filled.push(at);
    return {
      keys: packNumbers(Float64Array.from(filled, (at) => this.keys[at * 2]!)),
      counts: packNumbers(Float32Array.from(filled, (at) => this.counts[at * 4 + 2]!)),
      hours: packNumbers(Int32Array.from(filled, (at) => this.hours[at * 4 + 3]!)),
    };
  }

  /** Takes saved values in; what does not fit is left out. */
  load(saved: SavedRarity): void {
    const keys = unpackNumbers(saved.keys, Float64Array);
    const counts = unpackNumbers(saved.counts, Float32Array);
    const hours = unpackNumbers(saved.hours, Int32Array);
    for (let n = 0; n < Math.min(keys.length, counts.length, hours.length); n++) {
      if (!Number.isSafeInteger(keys[n]) || keys[n] === 0 || !(counts[n]! >= 0)) continue;
      this.set(this.makeRoom(keys[n]!, hours[n]!), keys[n]!, counts[n]!, hours[n]!);
    }
  }
}

function placeOf(key: number): number {
  return Math.imul((key | 0) ^ Math.floor(key / 4_294_967_296), 0x9e3779b1) >>> 8;
}
