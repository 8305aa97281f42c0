/**
 * Groups of all correlations that group by the same fields: one look-up per event, however many correlations share it. Most
 * groups never see enough events to fire, so the first ones wait as a few numbers, and windows are made when one might.
 */
import { copyText } from '../../kit/text.ts';
import type { CorrelationRule } from './ast.ts';
import { grown } from './columns.ts';
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
  /** Feeds of a set with the same number, if it is not negative, see the same events from the first to the last: their evidence is kept once. */
  readonly share: number;
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
  /** The row that is looked at next for whether it has run out. */
  private sweep = 0;
  private lastKey = '';
  private lastRow = -1;
  /** Of each row; infinite for those that are free. */
  private lastAt = new Float64Array(FIRST_ROWS);
  private readonly keys: string[] = [];
  /** Of each row a bit for every slot (modulo 32) that may have a window. */
  private present = new Int32Array(FIRST_ROWS);
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
    // The rules of one event ask for the same group one after another.
    let row = key === this.lastKey && this.lastRow >= 0 ? this.lastRow : this.rows.get(key);
    if (row === undefined) {
      if (this.rows.size >= max) this.evictOldest();
      row = this.newRow(copyText(key));
      this.lastAt[row] = time;
      this.firstWaiting[row] = -1;
    } else if (time > this.lastAt[row]!) this.lastAt[row] = time;
    this.lastKey = key;
    this.lastRow = row;
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
    if ((this.present[row]! & (1 << (slot & 31))) === 0) return undefined;
    const windows = this.windows[row]!;
    const plan = this.plans[slot]!;
    // Windows of a group are made in much the same order everywhere.
    if (plan.guess < windows.length && windows[plan.guess]!.slot === slot) return windows[plan.guess];
    for (let at = 0; at < windows.length; at++) {
      if (windows[at]!.slot !== slot) continue;
      plan.guess = at;
      return windows[at];
    }
    return undefined;
  }

  /** The window of a slot, made when it is new. */
  windowAt(row: number, slot: number): WindowState {
    return this.windowOf(row, slot) ?? this.newWindow(row, slot);
  }

  private newWindow(row: number, slot: number): WindowState {
    const window = createWindow(this.plans[slot]!);
    this.held++;
    const windows = this.windows[row];
    this.windows[row] = windows === undefined ? [window] : [...windows, window];
    this.present[row] = this.present[row]! | (1 << (slot & 31));
    return window;
  }

  /** Looks at a few groups and forgets those whose windows have all run out. */
  sweepSome(now: number, count: number, lateness: number): void {
    const { lastAt, used } = this;
    const oldest = now - this.longestSpan - lateness;
    const end = Math.min(this.sweep + count, used);
    for (let row = this.sweep; row < end; row++) if (lastAt[row]! <= oldest) this.forget(this.keys[row]!, row);
    this.sweep = end === used ? 0 : end;
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
    this.lastRow = -1;
    this.lastAt[row] = Number.POSITIVE_INFINITY;
    this.keys[row] = '';
    this.held -= this.windows[row]?.length ?? 0;
    this.windows[row] = undefined;
    this.present[row] = 0;
    for (const gate of this.gates) gate.forget(row);
    this.endWait(row);
    this.free.push(row);
    if (this.persist) this.dirty.add(key);
  }

  private newRow(key: string): number {
    let row = this.free.pop();
    if (row === undefined) {
      if (this.used === this.lastAt.length) this.grow();
      row = this.used++;
      this.windows.push(undefined);
      this.keys.push(key);
    } else this.keys[row] = key;
    this.rows.set(key, row);
    return row;
  }

  private grow(): void {
    const size = this.used * 2;
    this.lastAt = grown(this.lastAt, size);
    this.firstWaiting = grown(this.firstWaiting, size);
    this.present = grown(this.present, size);
  }
}
