/** Runs correlations: events find their groups, groups keep windows, windows fire. Bounded, and kept across restarts. */
import type { StateEntry } from '../../kit/state.ts';
import { copyText } from '../../kit/text.ts';
import type { Detection, RuleInfo } from '../../model/detection.ts';
import type { LineRef } from '../../model/line.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { CorrelationRule } from './ast.ts';
import { createClosing } from './closing.ts';
import type { Accessor } from './fields.ts';
import type { Gate } from './gate.ts';
import type { GroupTable, TableFeed } from './group-table.ts';
import { Origins } from './origins.ts';
import { restoreGroup, serialiseGroup } from './saved-group.ts';
import {
  addEvidence,
  createWindow,
  evidenceOf,
  type Hit,
  type WindowLimits,
  type WindowPlan,
  type WindowState,
} from './window.ts';
import { addToWindow, admitHeld } from './window-add.ts';

/** A correlation ready to run, and who listens to it. */
export interface Correlation {
  readonly rule: CorrelationRule;
  readonly info: RuleInfo;
  /** Correlations that rest on this one. */
  readonly sets: readonly Feeds[];
  readonly alerts: boolean;
}

/** Reads what is counted or measured. */
export type ValueReader = (event: LogEvent) => string | null;

/** One membership: events of a rule count in a correlation. */
export interface Feed {
  readonly correlation: Correlation;
  readonly plan: WindowPlan;
  readonly member: number;
  readonly gate: Gate | null;
  readonly value: number;
  readonly share: number;
}

/** Feeds of one rule into one table. */
export interface Feeds {
  readonly id: number;
  readonly table: GroupTable;
  readonly group: readonly Accessor[];
  readonly feeds: readonly Feed[];
  readonly values: readonly ValueReader[];
  readonly patience: number;
}

const SEPARATOR = '\u001f';
const NO_VALUES: readonly (string | null)[] = [];
const SWEEP_EVERY = 256;
const SWEEP_COUNT = 512;

/** Runs all windows. */
export interface Correlator {
  /** Counts an event for each feed and appends what fires. */
  count(event: LogEvent, sets: readonly Feeds[], ref: LineRef, out: Detection[]): void;
  /** Judges windows that had to pass first; call when the log's clock reaches `dueAt`. */
  close(now: number, out: Detection[]): void;
  /** When the next such window ends; infinite when there is none. */
  dueAt(): number;
  drainDirty(): StateEntry[];
  /** Entries the store must still be told of, by key; what is no longer there is deleted from it. */
  markDirty(keys: readonly string[]): void;
  /** Every group, for a correlator that takes over. */
  snapshot(): { key: string; value: string }[];
  restore(entries: Iterable<{ readonly key: string; readonly value: string }>): void;
  stats(): { groups: number; windows: number; evicted: number; late: number; dropped: number };
}

/** How a correlator is bounded. */
export interface CorrelatorOptions {
  /** Most groups of a table. */
  readonly maxGroups: number;
  /** Most windows of all tables together. */
  readonly maxWindows: number;
  /** How much older than the newest of its window an event may be, ms. */
  readonly latenessMs: number;
  /** Gather changed groups for the store. */
  readonly persist: boolean;
}

/** A correlator over tables. */
export function createCorrelator(
  tables: readonly GroupTable[],
  correlations: readonly Correlation[],
  options: CorrelatorOptions,
): Correlator {
  const { maxGroups, persist } = options;
  const limits: WindowLimits = { latenessMs: options.latenessMs, late: 0, dropped: 0 };
  const origins = new Origins();
  const hit: Hit = { time: 0, member: 0, repeat: 1, value: null };
  const byRule = new Map(correlations.map((each) => [each.rule, each]));
  const closing = createClosing(tables, limits);
  let sinceSweep = 0;
  /** Of the event at hand: its values, and the evidence of windows that share it before and with this event. */
  const values: (string | null)[] = [];
  const noted: (number[] | null)[] = [];
  const notedNow: number[][] = [];
  const nothing: Detection[] = [];
  for (const table of tables) table.persist = persist;

  function count(event: LogEvent, sets: readonly Feeds[], ref: LineRef, out: Detection[]): void {
    for (const set of sets) countSet(event, set, ref, out);
    if (++sinceSweep < SWEEP_EVERY) return;
    sinceSweep = 0;
    for (const table of tables) table.sweepSome(event.time, SWEEP_COUNT, limits.latenessMs);
    while (windowsHeld() > options.maxWindows) tables.reduce(fuller).evictOldest();
  }

  function windowsHeld(): number {
    let held = 0;
    for (const table of tables) held += table.held;
    return held;
  }

  function countSet(event: LogEvent, set: Feeds, ref: LineRef, out: Detection[]): void {
    const { table } = set;
    const key = keyOf(set.group, event);
    if (key === null) return;
    const row = table.rowOf(key, event.time, maxGroups);
    if (persist && !table.dirty.has(key)) table.dirty.add(copyText(key));
    const origin = origins.numberOf(ref.source, ref.generation);
    if (event.repeat === 1 && table.mayWait(row, set)) {
      const values = set.values.length === 0 ? NO_VALUES : set.values.map((read) => copied(read(event)));
      table.wait(row, { set, time: event.time, offset: ref.offset, origin, values });
      return;
    }
    if (table.hasWaiting(row)) release(table, row);
    for (let at = 0; at < set.values.length; at++) values[at] = set.values[at]!(event);
    countFeeds(set, row, event.time, ref.offset, origin, event, key, ref, out);
  }

  /** The events that waited in a row count now; none of them can make anything fire. */
  function release(table: GroupTable, row: number): void {
    const hits = table.waiting(row);
    table.endWait(row);
    for (const hit of hits) {
      for (let at = 0; at < hit.values.length; at++) values[at] = hit.values[at]!;
      countFeeds(hit.set as Feeds, row, hit.time, hit.offset, hit.origin, null, '', null, nothing);
    }
  }

  /** Counts an event, or one that waited (null), in every window of a set; `values` holds what is counted of it. */
  function countFeeds(
    { feeds, table }: Feeds,
    row: number,
    time: number,
    offset: number,
    origin: number,
    event: LogEvent | null,
    key: string,
    ref: LineRef | null,
    out: Detection[],
  ): void {
    let gate: Gate | null = null;
    for (let share = 0; share < noted.length; share++) noted[share] = null;
    for (let at = 0; at < feeds.length; at++) {
      const feed = feeds[at]!;
      const value = feed.value < 0 ? null : values[feed.value]!;
      if (feed.value >= 0 && value === null) continue;
      const window = windowFor(table, row, feed);
      if (window === null) {
        gate = feed.gate;
        continue;
      }
      hit.time = time;
      hit.member = feed.member;
      hit.repeat = event === null ? 1 : event.repeat;
      hit.value = value;
      note(window, feed.share, offset, origin);
      if (event === null || ref === null) addToWindow(window, feed.plan, hit, limits);
      else if (feed.plan.rule.closing) closing.add(window, hit, table, key, feed.plan);
      else if (feed.plan.rule.blamesValues) blame(feed, key, window, event, ref, out);
      else if (addToWindow(window, feed.plan, hit, limits)) speak(feed, key, window, event, ref, out);
    }
    gate?.hold(row, time, offset, origin, limits.latenessMs);
  }

  /** Notes a line as evidence: once for windows that saw the same lines before. */
  function note(window: WindowState, share: number, offset: number, origin: number): void {
    if (share < 0) {
      addEvidence(window, offset, origin);
      return;
    }
    const before = window.evidence;
    if (noted[share] === before) {
      window.evidence = notedNow[share]!;
      return;
    }
    addEvidence(window, offset, origin);
    noted[share] = before;
    notedNow[share] = window.evidence;
  }

  /** The window that takes an event of a feed; null while it waits at a gate. */
  function windowFor(table: GroupTable, row: number, feed: TableFeed): WindowState | null {
    const known = table.windowOf(row, feed.plan.slot);
    if (known !== undefined) return known;
    if (feed.gate !== null) return null;
    const window = table.windowAt(row, feed.plan.slot);
    admitHeld(window, feed.plan, row, limits);
    return window;
  }

  function speak(feed: Feed, key: string, window: WindowState, event: LogEvent, ref: LineRef, out: Detection[]): void {
    const { correlation } = feed;
    if (correlation.alerts) out.push(detectionOf(correlation, key, window, event.time, origins));
    handOn(correlation, event, ref, out);
  }

  /** Counts a correlation that fired in those that rest on it, while the event itself is still being counted. */
  function handOn({ sets }: Correlation, event: LogEvent, ref: LineRef, out: Detection[]): void {
    if (sets.length === 0) return;
    const mine = { values: [...values], noted: [...noted], notedNow: [...notedNow] };
    count(single(event), sets, ref, out);
    for (const [at, value] of mine.values.entries()) values[at] = value;
    for (const [at, each] of mine.noted.entries()) noted[at] = each;
    for (const [at, each] of mine.notedNow.entries()) notedNow[at] = each;
  }

  /** Counts an address; when there are too many, each of them is blamed and counting begins anew. */
  function blame(feed: Feed, key: string, window: WindowState, event: LogEvent, ref: LineRef, out: Detection[]): void {
    if (!addToWindow(window, feed.plan, hit, limits)) return;
    const { correlation } = feed;
    if (correlation.alerts) {
      const detection = detectionOf(correlation, key, window, event.time, origins);
      for (const address of window.values!) out.push({ ...detection, entity: { 'source.ip': address } });
    }
    Object.assign(window, createWindow(feed.plan));
    handOn(correlation, event, ref, out);
  }

  return {
    count,
    dueAt: closing.dueAt,
    close(now, out) {
      closing.close(now, (rule, key, window, at) => {
        const correlation = byRule.get(rule);
        if (correlation?.alerts === true) out.push(detectionOf(correlation, key, window, at, origins));
      });
    },
    drainDirty() {
      const entries: StateEntry[] = [];
      for (const table of tables) {
        for (const key of table.dirty) {
          const row = table.rows.get(key);
          entries.push({
            key: `${table.name}${SEPARATOR}${SEPARATOR}${key}`,
            value: row === undefined ? null : serialiseGroup(table, row, origins, limits),
          });
        }
        table.dirty.clear();
      }
      return entries;
    },
    markDirty(keys) {
      const byName = new Map(tables.map((table) => [table.name, table]));
      for (const key of keys) {
        const cut = key.indexOf(SEPARATOR + SEPARATOR);
        byName.get(key.slice(0, cut))?.dirty.add(key.slice(cut + 2));
      }
    },
    snapshot: () =>
      tables.flatMap((table) =>
        [...table.rows].map(([key, row]) => ({
          key: `${table.name}${SEPARATOR}${SEPARATOR}${key}`,
          value: serialiseGroup(table, row, origins, limits),
        })),
      ),
    restore(entries) {
      const byName = new Map(tables.map((table) => [table.name, table]));
      for (const { key, value } of entries) {
        const cut = key.indexOf(SEPARATOR + SEPARATOR);
        const table = byName.get(key.slice(0, cut));
        if (table !== undefined) restoreGroup(table, key.slice(cut + 2), value, maxGroups, origins);
      }
      closing.rebuild();
    },
    stats: () => ({
      groups: tables.reduce((sum, table) => sum + table.rows.size, 0),
      windows: windowsHeld(),
      evicted: tables.reduce((sum, table) => sum + table.evicted, 0),
      late: limits.late,
      dropped: limits.dropped,
    }),
  };
}

function fuller(one: GroupTable, other: GroupTable): GroupTable {
  return other.held > one.held ? other : one;
}

/** A correlation that fires is one event, however many it rests on. */
function single(event: LogEvent): LogEvent {
  return event.repeat === 1 ? event : { ...event, repeat: 1 };
}

function keyOf(group: readonly Accessor[], event: LogEvent): string | null {
  let key = '';
  for (let i = 0; i < group.length; i++) {
    const value = group[i]!(event);
    if (value === undefined || value === null) return null;
    const text = typeof value === 'string' ? value : String(value);
    // A value that holds the separator could pass for two, and blame somebody else.
    key = group.length === 1 ? text : (i === 0 ? '' : key + SEPARATOR) + text.replaceAll(SEPARATOR, '\ufffd');
  }
  return key;
}

function detectionOf(
  correlation: Correlation,
  key: string,
  window: WindowState,
  at: number,
  origins: Origins,
): Detection {
  const { rule } = correlation;
  const values = rule.groupBy.length === 1 ? [key] : key.split(SEPARATOR);
  const entity: Record<string, string> = {};
  for (const [index, field] of rule.groupBy.entries()) entity[field] = copyText(values[index] ?? '');
  return {
    rule: correlation.info,
    at,
    entity,
    events: sizeOf(window, rule),
    evidence: evidenceOf(window, (offset, origin) => ({ ...origins.placeOf(origin), offset })),
    facts: { threshold: rule.bounds[0]?.value ?? rule.threshold, seconds: rule.timespanMs / 1000 },
  };
}

/** How many events, values or rules a detection rests on. */
function sizeOf({ times, values }: WindowState, rule: CorrelationRule): number {
  if (values !== null) return values.length;
  if (rule.closing) return times[1] ?? 0;
  if (rule.kind === 'event_count') return Math.min(times.length, Math.max(rule.threshold, 1));
  return rule.kind.startsWith('temporal') ? rule.rules.length : times.length / 2;
}

function copied(text: string | null): string | null {
  return text === null ? null : copyText(text);
}
