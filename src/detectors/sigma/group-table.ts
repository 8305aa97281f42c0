/**
 * Groups of all correlations that group by the same fields: one look-up per event, however many correlations share it. Most
 * groups never see a second event, so the first is kept as a few numbers, and windows are made when the second comes.
 */
import { copyText } from '../../kit/text.ts';
import type { CorrelationRule } from './ast.ts';
import type { Accessor } from './fields.ts';
import { addEvidence, createWindow, type WindowState } from './window.ts';

/** Feeds of one rule into one table, with one way to read the group. */
export interface FeedSet {
  readonly id: number;
  readonly table: GroupTable;
  readonly group: readonly Accessor[];
  readonly feeds: readonly TableFeed[];
  /** Nothing of it can fire at a group's first event, so that event may wait as numbers. */
  readonly patient: boolean;
}

/** What the table needs to know of a feed. */
export interface TableFeed {
  readonly rule: CorrelationRule;
  readonly member: number;
  readonly slot: number;
  readonly value: ((event: never) => string | null) | null;
}

/** A first event that waits. */
export interface FirstHit {
  readonly set: FeedSet;
  readonly time: number;
  readonly offset: number;
  readonly origin: number;
  readonly values: readonly (string | null)[];
}

const FIRST_ROWS = 64;

/** Groups as rows of columns. */
export class GroupTable {
  readonly name: string;
  readonly rows = new Map<string, number>();
  readonly rules: CorrelationRule[] = [];
  readonly sets: FeedSet[] = [];
  longestSpan = 0;
  evicted = 0;
  readonly dirty = new Set<string>();
  /** Whether changed groups are gathered for the store. */
  persist = true;
  private sweep: MapIterator<[string, number]> | null = null;
  private lastAt = new Float64Array(FIRST_ROWS);
  private firstAt = new Float64Array(FIRST_ROWS);
  private firstOffset = new Float64Array(FIRST_ROWS);
  private firstOrigin = new Int32Array(FIRST_ROWS);
  /** Feed set of the waiting event, -1 for none. */
  private firstSet = new Int32Array(FIRST_ROWS);
  private readonly firstValues: (string | null | readonly (string | null)[])[] = [];
  private readonly windows: ((WindowState | undefined)[] | undefined)[] = [];
  private readonly free: number[] = [];
  private used = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Gives the correlation a slot in every group. */
  slotOf(rule: CorrelationRule): number {
    const known = this.rules.indexOf(rule);
    if (known >= 0) return known;
    this.longestSpan = Math.max(this.longestSpan, rule.timespanMs);
    return this.rules.push(rule) - 1;
  }

  /** The row of a group, made when it is new. */
  rowOf(key: string, time: number, max: number): number {
    let row = this.rows.get(key);
    if (row === undefined) {
      if (this.rows.size >= max) this.evictOldest();
      row = this.newRow();
      this.rows.set(copyText(key), row);
      this.lastAt[row] = time;
      this.firstSet[row] = -1;
    } else if (time > this.lastAt[row]!) this.lastAt[row] = time;
    return row;
  }

  /** True when the row has seen nothing yet. */
  isEmpty(row: number): boolean {
    return this.windows[row] === undefined && this.firstSet[row] === -1;
  }

  /** Keeps a first event as numbers. */
  keepFirst(row: number, hit: FirstHit): void {
    this.firstAt[row] = hit.time;
    this.firstOffset[row] = hit.offset;
    this.firstOrigin[row] = hit.origin;
    this.firstSet[row] = hit.set.id;
    const [only] = hit.values;
    this.firstValues[row] = hit.values.length > 1 ? hit.values : (only ?? null);
  }

  /** The event that waits in a row, or null. */
  firstOf(row: number): FirstHit | null {
    const set = this.sets[this.firstSet[row]!];
    if (set === undefined) return null;
    const values = this.firstValues[row] ?? null;
    return {
      set,
      time: this.firstAt[row]!,
      offset: this.firstOffset[row]!,
      origin: this.firstOrigin[row]!,
      values: typeof values === 'object' && values !== null ? values : [values],
    };
  }

  /** The event that waited has become windows. */
  forgetFirst(row: number): void {
    this.firstSet[row] = -1;
    this.firstValues[row] = null;
  }

  lastOf(row: number): number {
    return this.lastAt[row]!;
  }

  /** The windows of a row, or undefined while its only event waits. */
  windowsOf(row: number): readonly (WindowState | undefined)[] | undefined {
    return this.windows[row];
  }

  /** The window of a slot, made when it is new. */
  windowAt(row: number, slot: number): WindowState {
    let windows = this.windows[row];
    if (windows === undefined) {
      // An empty array would grow to seventeen places at its first window.
      windows = new Array<WindowState | undefined>(this.rules.length).fill(undefined);
      this.windows[row] = windows;
    }
    let window = windows[slot];
    if (window === undefined) {
      window = createWindow(this.rules[slot]!);
      windows[slot] = window;
    }
    return window;
  }

  /** Looks at a few groups and forgets those whose windows have all run out. */
  sweepSome(now: number, count: number, lateness: number): void {
    for (let n = 0; n < count; n++) {
      this.sweep ??= this.rows.entries();
      const next = this.sweep.next();
      if (next.done === true) {
        this.sweep = null;
        return;
      }
      const [key, row] = next.value;
      if (this.lastAt[row]! + this.longestSpan + lateness <= now) this.forget(key, row);
    }
  }

  /** Makes room for many at once: a Map walks over its deleted front at every new iteration, so one at a time would be quadratic. */
  private evictOldest(): void {
    let left = Math.max(1, this.rows.size >> 3);
    for (const [key, row] of this.rows) {
      if (left-- === 0) return;
      this.evicted++;
      this.forget(key, row);
    }
  }

  private forget(key: string, row: number): void {
    this.rows.delete(key);
    this.windows[row] = undefined;
    this.forgetFirst(row);
    this.free.push(row);
    if (this.persist) this.dirty.add(key);
  }

  private newRow(): number {
    const free = this.free.pop();
    if (free !== undefined) return free;
    if (this.used === this.lastAt.length) this.grow();
    this.windows.push(undefined);
    this.firstValues.push(null);
    return this.used++;
  }

  private grow(): void {
    const size = this.used * 2;
    const wider = <T extends Float64Array | Int32Array>(old: T, fresh: T): T => {
      fresh.set(old);
      return fresh;
    };
    this.lastAt = wider(this.lastAt, new Float64Array(size));
    this.firstAt = wider(this.firstAt, new Float64Array(size));
    this.firstOffset = wider(this.firstOffset, new Float64Array(size));
    this.firstOrigin = wider(this.firstOrigin, new Int32Array(size));
    this.firstSet = wider(this.firstSet, new Int32Array(size));
  }
}

/** Numbers for the places lines come from, so that evidence is numbers. */
export class Origins {
  private readonly numbers = new Map<string, number>();
  private readonly places: { readonly source: string; readonly generation: string }[] = [];
  private lastSource = '';
  private lastGeneration = '';
  private last = -1;

  numberOf(source: string, generation: string): number {
    if (source === this.lastSource && generation === this.lastGeneration && this.last >= 0) return this.last;
    const key = `${source}\u0000${generation}`;
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.places.push({ source: copyText(source), generation: copyText(generation) }) - 1;
      this.numbers.set(key, number);
    }
    this.lastSource = source;
    this.lastGeneration = generation;
    this.last = number;
    return number;
  }

  placeOf(number: number): { readonly source: string; readonly generation: string } {
    return this.places[number]!;
  }
}

/** Notes the event that waited in the windows it belongs to, by the given way of counting. */
export function unfold(
  table: GroupTable,
  row: number,
  add: (window: WindowState, feed: TableFeed, first: FirstHit, index: number) => void,
): void {
  const first = table.firstOf(row);
  if (first === null) return;
  table.forgetFirst(row);
  for (const [index, feed] of first.set.feeds.entries()) {
    const window = table.windowAt(row, feed.slot);
    addEvidence(window, first.offset, first.origin);
    add(window, feed, first, index);
  }
}
