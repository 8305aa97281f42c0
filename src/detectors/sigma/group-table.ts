/**
 * Groups of all correlations that group by the same fields: one look-up per event, however many correlations share it. Most
 * groups never see enough events to fire, so the first ones wait as a few numbers, and windows are made when one might.
 */
import { copyText } from '../../kit/text.ts';
import type { CorrelationRule } from './ast.ts';
import type { Accessor } from './fields.ts';
import type { Gate } from './gate.ts';
import { type Waiting, WaitingEvents } from './waiting-events.ts';
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
export type WaitingHit = Waiting<FeedSet>;

const FIRST_ROWS = 64;
/** Most events that wait in a group. */
export const MAX_WAITING = 7;

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
  /** First of the events that wait in a row, -1 for none. */
  private firstWaiting = new Int32Array(FIRST_ROWS);
  private readonly events = new WaitingEvents(this.sets);
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
      this.firstWaiting[row] = -1;
    } else if (time > this.lastAt[row]!) this.lastAt[row] = time;
    return row;
  }

  /** Whether another event of this set may wait: nothing could fire even if all were counted. */
  mayWait(row: number, set: FeedSet): boolean {
    return this.windows[row] === undefined && this.events.mayJoin(this.firstWaiting[row]!, set);
  }

  /** Keeps an event as numbers. */
  wait(row: number, hit: WaitingHit): void {
    this.firstWaiting[row] = this.events.add(this.firstWaiting[row]!, hit);
  }

  /** Whether any event waits in a row. */
  hasWaiting(row: number): boolean {
    return this.firstWaiting[row]! >= 0;
  }

  /** The events that wait in a row, in the order they came. */
  waiting(row: number): WaitingHit[] {
    return this.events.all(this.firstWaiting[row]!);
  }

  /** The events that waited have become windows. */
  endWait(row: number): void {
    this.events.drop(this.firstWaiting[row]!);
    this.firstWaiting[row] = -1;
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
    return this.used++;
  }

  private grow(): void {
    const size = this.used * 2;
    const times = new Float64Array(size);
    times.set(this.lastAt);
    this.lastAt = times;
    const waiting = new Int32Array(size);
    waiting.set(this.firstWaiting);
    this.firstWaiting = waiting;
  }
}

/** Tells of the events that waited, once for each window they concern; they wait no more. */
export function unfold(
  table: GroupTable,
  row: number,
  tell: (hit: WaitingHit, feed: TableFeed, value: string | null) => void,
): void {
  const hits = table.waiting(row);
  table.endWait(row);
  for (const hit of hits)
    for (const feed of hit.set.feeds) {
      const value = hit.values[feed.value] ?? null;
      if (feed.value < 0 || value !== null) tell(hit, feed, value);
    }
}
