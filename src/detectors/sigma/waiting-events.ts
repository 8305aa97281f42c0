/** Events that wait because nothing could fire yet, as columns of numbers: a chain for each group, a million groups in a few arrays. */
import { grown } from './columns.ts';

/** What must be known of the set of feeds that an event is for. */
export interface WaitingSet {
  readonly id: number;
  /** So many events of a group cannot make anything of it fire. */
  readonly patience: number;
}

/** An event that waits. */
export interface Waiting<S extends WaitingSet> {
  readonly set: S;
  readonly time: number;
  readonly offset: number;
  readonly origin: number;
  readonly values: readonly (string | null)[];
}

const FIRST_EVENTS = 64;

type WaitingValues = string | null | readonly (string | null)[];

function listOf(values: WaitingValues): readonly (string | null)[] {
  return typeof values === 'object' && values !== null ? values : [values];
}

/** Chains of events; -1 is a chain without any. */
export class WaitingEvents<S extends WaitingSet> {
  private readonly sets: readonly S[];
  private time = new Float64Array(FIRST_EVENTS);
  private offset = new Float64Array(FIRST_EVENTS);
  private origin = new Int32Array(FIRST_EVENTS);
  private set = new Int32Array(FIRST_EVENTS);
  /** The event behind it in its chain, or among those that are free. */
  private next = new Int32Array(FIRST_EVENTS);
  private readonly values: WaitingValues[] = [];
  private free = -1;

  constructor(sets: readonly S[]) {
    this.sets = sets;
  }

  /** Whether one more event of a set may join the chain: even if all were counted, none of their sets could fire. */
  mayJoin(first: number, set: S): boolean {
    let least = set.patience;
    let count = 0;
    for (let at = first; at >= 0; at = this.next[at]!) {
      count++;
      least = Math.min(least, this.sets[this.set[at]!]!.patience);
    }
    return count < least;
  }

  /** Puts an event at the end of a chain; gives its first. */
  add(first: number, { set, time, offset, origin, values }: Waiting<S>): number {
    const at = this.newEvent();
    this.time[at] = time;
    this.offset[at] = offset;
    this.origin[at] = origin;
    this.set[at] = set.id;
    this.next[at] = -1;
    // Reading past the end of an empty list costs more than asking.
    this.values[at] = values.length > 1 ? values : values.length === 1 ? values[0]! : null;
    if (first < 0) return at;
    let last = first;
    while (this.next[last]! >= 0) last = this.next[last]!;
    this.next[last] = at;
    return first;
  }

  /** The events of a chain, in the order they came. */
  all(first: number): Waiting<S>[] {
    const hits: Waiting<S>[] = [];
    for (let at = first; at >= 0; at = this.next[at]!)
      hits.push({
        set: this.sets[this.set[at]!]!,
        time: this.time[at]!,
        offset: this.offset[at]!,
        origin: this.origin[at]!,
        values: listOf(this.values[at] ?? null),
      });
    return hits;
  }

  /** Forgets a chain. */
  drop(first: number): void {
    for (let at = first; at >= 0; ) {
      const behind = this.next[at]!;
      this.values[at] = null;
      this.next[at] = this.free;
      this.free = at;
      at = behind;
    }
  }

  private newEvent(): number {
    const at = this.free;
    if (at >= 0) {
      this.free = this.next[at]!;
      return at;
    }
    if (this.values.length === this.time.length) this.grow();
    return this.values.push(null) - 1;
  }

  private grow(): void {
    const size = this.time.length * 2;
    this.time = grown(this.time, size);
    this.offset = grown(this.offset, size);
    this.origin = grown(this.origin, size);
    this.set = grown(this.set, size);
    this.next = grown(this.next, size);
  }
}
