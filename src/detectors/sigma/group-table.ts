/**
 * Groups of all correlations that group by the same fields: one look-up per event, however many correlations share it. Most
 * groups never see enough events to fire, so the first ones wait as a few numbers, and windows are made when one might.
 */
import { copyText } from '../../kit/text.ts';
import type { CorrelationRule } from './ast.ts';
import type { Accessor } from './fields.ts';
import type { Gate } from './gate.ts';
import { createWindow, planOf, type WindowPlan, type WindowState } from './window.ts';

/** Feeds of one rule into one table, with one way to read the group. */
export interface FeedSet {
  readonly id: number;
  readonly table: GroupTable;
  readonly group: readonly Accessor[];
  readonly feeds: readonly TableFeed[];
  /** So many events of a group cannot make anything of it fire, and may wait as numbers. */
  readonly patience: number;
}

/** What the table needs to know of a feed. */
export interface TableFeed {
  readonly plan: WindowPlan;
  readonly member: number;
  /** Where its events wait until the plan's first rule has matched; null for those that count at once. */
  readonly gate: Gate | null;
  /** Which of its set's values it counts; -1 for none. */
  readonly value: number;
}

/** An event that waits. */
export interface WaitingHit {
  readonly set: FeedSet;
  readonly time: number;
  readonly offset: number;
  readonly origin: number;
  readonly values: readonly (string | null)[];
}

const FIRST_ROWS = 64;
/** Numbers kept of an event that waits behind the first. */
const STRIDE = 4;

/** Most events that wait in a group. */
export const MAX_WAITING = 7;

type WaitingValues = string | null | readonly (string | null)[];

const NOTHING: readonly number[] = [];

function listOf(values: WaitingValues): readonly (string | null)[] {
  return typeof values === 'object' && values !== null ? values : [values];
}

/** Groups as rows of columns. */
export class GroupTable {
  readonly name: string;
  readonly rows = new Map<string, number>();
  /** Of each correlation, by slot. */
  readonly plans: WindowPlan[] = [];
  readonly sets: FeedSet[] = [];
  readonly gates: Gate[] = [];
  longestSpan = 0;
  evicted = 0;
  /** Windows of all groups. */
  held = 0;
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
  private readonly firstValues: WaitingValues[] = [];
  /** Events behind the first: time, offset, origin and feed set of each. */
  private readonly more: (number[] | undefined)[] = [];
  private readonly moreValues: (WaitingValues[] | undefined)[] = [];
  private readonly windows: (WindowState[] | undefined)[] = [];
  private readonly free: number[] = [];
  private used = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Gives the correlation a slot in every group. */
  planFor(rule: CorrelationRule): WindowPlan {
    const known = this.plans.find((plan) => plan.rule === rule);
    if (known !== undefined) return known;
    this.longestSpan = Math.max(this.longestSpan, rule.timespanMs);
    const plan = planOf(rule, this.plans.length);
    this.plans.push(plan);
    return plan;
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

  /** Whether another event of this set may wait: nothing could fire even if all were counted. */
  mayWait(row: number, set: FeedSet): boolean {
    if (this.windows[row] !== undefined) return false;
    const first = this.sets[this.firstSet[row]!];
    if (first === undefined) return set.patience > 0;
    const more = this.more[row] ?? NOTHING;
    const count = 1 + more.length / STRIDE;
    if (count >= set.patience || count >= first.patience) return false;
    for (let at = 3; at < more.length; at += STRIDE) if (count >= this.sets[more[at]!]!.patience) return false;
    return true;
  }

  /** Keeps an event as numbers. */
  wait(row: number, { set, time, offset, origin, values }: WaitingHit): void {
    const kept: WaitingValues = values.length > 1 ? values : (values[0] ?? null);
    if (this.firstSet[row] === -1) {
      this.firstAt[row] = time;
      this.firstOffset[row] = offset;
      this.firstOrigin[row] = origin;
      this.firstSet[row] = set.id;
      this.firstValues[row] = kept;
      return;
    }
    // Copies of the exact length: an array that is pushed to keeps room for sixteen more.
    this.more[row] = [...(this.more[row] ?? NOTHING), time, offset, origin, set.id];
    this.moreValues[row] = [...(this.moreValues[row] ?? []), kept];
  }

  /** The events that wait in a row, in the order they came. */
  waiting(row: number): WaitingHit[] {
    const set = this.sets[this.firstSet[row]!];
    if (set === undefined) return [];
    const hits = [
      {
        set,
        time: this.firstAt[row]!,
        offset: this.firstOffset[row]!,
        origin: this.firstOrigin[row]!,
        values: listOf(this.firstValues[row] ?? null),
      },
    ];
    const more = this.more[row] ?? NOTHING;
    for (let at = 0; at < more.length; at += STRIDE)
      hits.push({
        set: this.sets[more[at + 3]!]!,
        time: more[at]!,
        offset: more[at + 1]!,
        origin: more[at + 2]!,
        values: listOf(this.moreValues[row]?.[at / STRIDE] ?? null),
      });
    return hits;
  }

  /** The events that waited have become windows. */
  endWait(row: number): void {
    this.firstSet[row] = -1;
    this.firstValues[row] = null;
    this.more[row] = undefined;
    this.moreValues[row] = undefined;
  }

  lastOf(row: number): number {
    return this.lastAt[row]!;
  }

  /** The windows of a row, or undefined while its events wait. */
  windowsOf(row: number): readonly WindowState[] | undefined {
    return this.windows[row];
  }

  /** The window of a slot: few of a table's correlations concern a group. */
  windowOf(row: number, slot: number): WindowState | undefined {
    const windows = this.windows[row];
    if (windows !== undefined) for (const window of windows) if (window.slot === slot) return window;
    return undefined;
  }

  /** The window of a slot, made when it is new. */
  windowAt(row: number, slot: number): WindowState {
    const known = this.windowOf(row, slot);
    if (known !== undefined) return known;
    const window = createWindow(this.plans[slot]!);
    this.held++;
    const windows = this.windows[row];
    this.windows[row] = windows === undefined ? [window] : [...windows, window];
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
  evictOldest(): void {
    let left = Math.max(1, this.rows.size >> 3);
    for (const [key, row] of this.rows) {
      if (left-- === 0) return;
      this.evicted++;
      this.forget(key, row);
    }
  }

  private forget(key: string, row: number): void {
    this.rows.delete(key);
    this.held -= this.windows[row]?.length ?? 0;
    this.windows[row] = undefined;
    for (const gate of this.gates) gate.forget(row);
    this.endWait(row);
    this.free.push(row);
    if (this.persist) this.dirty.add(key);
  }

  private newRow(): number {
    const free = this.free.pop();
    if (free !== undefined) return free;
    if (this.used === this.lastAt.length) this.grow();
    this.windows.push(undefined);
    this.firstValues.push(null);
    this.more.push(undefined);
    this.moreValues.push(undefined);
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

/** Tells of the events that waited, once for each window they concern; they wait no more. */
export function unfold(
  table: GroupTable,
  row: number,
  tell: (hit: WaitingHit, feed: TableFeed, value: string | null) => void,
): void {
  const hits = table.waiting(row);
  if (hits.length === 0) return;
  table.endWait(row);
  for (const hit of hits)
    for (const feed of hit.set.feeds) {
      const value = hit.values[feed.value] ?? null;
      if (feed.value < 0 || value !== null) tell(hit, feed, value);
    }
}
