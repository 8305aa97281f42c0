/**
 * Counts failures as fail2ban does: a first and a last time and a number for each id. When they lie further apart than findtime,
 * the number is scaled down to what the rate so far makes of findtime.
 */
import type { StateEntry } from '../../kit/state.ts';
import type { LineRef } from '../../model/line.ts';

/** Failures of one id. Times in milliseconds since the epoch. */
export interface Tally {
  first: number;
  last: number;
  count: number;
  /** The last few lines, oldest first. */
  places: LineRef[];
}

const MAX_IDS = 20_000;
const MAX_PLACES = 5;
const MAX_ID = 256;

/** The tallies of a jail. */
export class Tallies {
  private readonly jail: string;
  private readonly most: number;
  private readonly windowMs: number;
  private readonly known = new Map<string, Tally>();
  private readonly dirty = new Set<string>();
  /** Ids forgotten because there were too many. */
  dropped = 0;

  constructor(jail: string, most: number, windowMs: number) {
    this.jail = jail;
    this.most = most;
    this.windowMs = windowMs;
  }

  get size(): number {
    return this.known.size;
  }

  /** Adds a failure; the tally, then forgotten, when it is one too many. */
  add(id: string, time: number, place: LineRef): Tally | null {
    const key = id.slice(0, MAX_ID);
    const tally = this.known.get(key) ?? { first: time, last: time, count: 0, places: [] };
    this.known.delete(key);
    this.dirty.add(key);
    if (time > tally.last) {
      if (time - tally.last > this.windowMs) Object.assign(tally, { first: time, count: 0, places: [] });
      else if (tally.first < time - this.windowMs) {
        tally.count = Math.round((tally.count / (time - tally.first)) * this.windowMs);
        tally.first = time - this.windowMs;
      }
      tally.last = time;
    }
    tally.count++;
    tally.places = [...tally.places, place].slice(-MAX_PLACES);
    if (tally.count >= this.most) return tally;
    this.known.set(key, tally);
    if (this.known.size > MAX_IDS) this.drop();
    return null;
  }

  private drop(): void {
    const oldest = this.known.keys().next();
    if (oldest.done === true) return;
    this.known.delete(oldest.value);
    this.dirty.add(oldest.value);
    this.dropped++;
  }

  drain(): StateEntry[] {
    const out = [...this.dirty].map((id): StateEntry => {
      const tally = this.known.get(id);
      return { key: `${this.jail} ${id}`, value: tally === undefined ? null : JSON.stringify(tally) };
    });
    this.dirty.clear();
    return out;
  }

  /** Takes a tally of an earlier run back. */
  restore(id: string, value: string): void {
    const { first, last, count, places } = JSON.parse(value) as Tally;
    if (this.known.size < MAX_IDS) this.known.set(id, { first, last, count, places });
  }
}
