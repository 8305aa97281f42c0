/** Groups and their windows: one look-up a group-by per event, however many correlations share it. Bounded, and kept across restarts. */
import type { StateEntry } from '../../kit/state.ts';
import { copyText } from '../../kit/text.ts';
import type { Detection, RuleInfo } from '../../model/detection.ts';
import type { LineRef } from '../../model/line.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { CorrelationRule } from './ast.ts';
import { type Accessor, accessorOf } from './fields.ts';
import { addToWindow, createWindow, newestOf, sizeOf, type WindowState } from './window.ts';

/** One membership: events of a rule count in a correlation. */
export interface Feed {
  readonly correlation: Correlation;
  readonly member: number;
  readonly table: GroupTable;
  readonly slot: number;
  /** Readers of the group-by fields for this rule (aliases resolved). */
  readonly group: readonly Accessor[];
  readonly value: Accessor | null;
}

/** A correlation ready to run, and who listens to it. */
export interface Correlation {
  readonly rule: CorrelationRule;
  readonly info: RuleInfo;
  /** Correlations that rest on this one. */
  readonly feeds: Feed[];
}

interface Group {
  readonly key: string;
  readonly values: readonly string[];
  readonly windows: (WindowState | undefined)[];
  lastAt: number;
}

/** Windows of all correlations that group by the same fields. */
export class GroupTable {
  readonly name: string;
  readonly groups = new Map<string, Group>();
  readonly correlations: Correlation[] = [];
  longestSpan = 0;
  evicted = 0;
  readonly dirty = new Set<string>();
  /** Whether changed groups are gathered for the store. */
  persist = true;
  private sweep: MapIterator<Group> | null = null;

  constructor(name: string) {
    this.name = name;
  }

  /** Gives the correlation a slot in every group. */
  slotOf(correlation: Correlation): number {
    const known = this.correlations.indexOf(correlation);
    if (known >= 0) return known;
    this.longestSpan = Math.max(this.longestSpan, correlation.rule.timespanMs);
    return this.correlations.push(correlation) - 1;
  }

  groupFor(key: string, values: () => string[], time: number, max: number): Group {
    let group = this.groups.get(key);
    if (group === undefined) {
      if (this.groups.size >= max) this.evictOldest();
      const kept = copyText(key);
      // An empty array would grow to seventeen places at its first window.
      const windows = new Array<WindowState | undefined>(this.correlations.length).fill(undefined);
      group = { key: kept, values: values().map(copyText), windows, lastAt: time };
      this.groups.set(kept, group);
    }
    if (time > group.lastAt) group.lastAt = time;
    return group;
  }

  /** Looks at a few groups and forgets those whose windows have all run out. */
  sweepSome(now: number, count: number): void {
    for (let n = 0; n < count; n++) {
      this.sweep ??= this.groups.values();
      const next = this.sweep.next();
      if (next.done === true) {
        this.sweep = null;
        return;
      }
      if (next.value.lastAt + this.longestSpan <= now) this.forget(next.value.key);
    }
  }

  /** Makes room for many at once: a Map walks over its deleted front at every new iteration, so one at a time would be quadratic. */
  private evictOldest(): void {
    let left = Math.max(1, this.groups.size >> 3);
    for (const key of this.groups.keys()) {
      if (left-- === 0) return;
      this.evicted++;
      this.forget(key);
    }
  }

  private forget(key: string): void {
    this.groups.delete(key);
    if (this.persist) this.dirty.add(key);
  }
}

const SEPARATOR = '\u001f';
const SWEEP_EVERY = 256;
const SWEEP_COUNT = 512;

/** Runs all windows. */
export interface Correlator {
  /** Counts an event for each feed and appends what fires. */
  count(event: LogEvent, feeds: readonly Feed[], ref: LineRef, out: Detection[]): void;
  drainDirty(): StateEntry[];
  restore(entries: Iterable<{ readonly key: string; readonly value: string }>): void;
  stats(): { groups: number; evicted: number };
}

/** A correlator over tables; at most `maxGroups` groups a table. Without `persist` nothing is gathered for the store. */
export function createCorrelator(tables: readonly GroupTable[], maxGroups: number, persist: boolean): Correlator {
  let sinceSweep = 0;
  for (const table of tables) table.persist = persist;

  function count(event: LogEvent, feeds: readonly Feed[], ref: LineRef, out: Detection[]): void {
    let lastTable: GroupTable | null = null;
    let lastGroup: readonly Accessor[] | null = null;
    let group: Group | null = null;
    for (const feed of feeds) {
      // Feeds of one rule that share a table and have no aliases share the group as well.
      if (feed.table !== lastTable || feed.group !== lastGroup) {
        group = findGroup(feed, event);
        lastTable = feed.table;
        lastGroup = feed.group;
      }
      if (group !== null) hit(group, feed, event, ref, out);
    }
    if (++sinceSweep >= SWEEP_EVERY) {
      sinceSweep = 0;
      for (const table of tables) table.sweepSome(event.time, SWEEP_COUNT);
    }
  }

  function findGroup(feed: Feed, event: LogEvent): Group | null {
    const { group, table } = feed;
    let key = '';
    for (let i = 0; i < group.length; i++) {
      const value = group[i]!(event);
      if (value === undefined || value === null) return null;
      const text = typeof value === 'string' ? value : String(value);
      key = i === 0 ? text : key + SEPARATOR + text;
    }
    const found = table.groupFor(key, () => group.map((get) => String(get(event))), event.time, maxGroups);
    if (persist) table.dirty.add(found.key);
    return found;
  }

  function hit(group: Group, feed: Feed, event: LogEvent, ref: LineRef, out: Detection[]): void {
    const { correlation, slot } = feed;
    const { rule } = correlation;
    let window = group.windows[slot];
    if (window === undefined) {
      window = createWindow(rule);
      group.windows[slot] = window;
    }
    const value = feed.value === null ? null : valueText(feed.value, event, window);
    if (!addToWindow(window, rule, { time: event.time, member: feed.member, repeat: event.repeat, value, ref })) return;
    const entity: Record<string, string> = {};
    for (const [index, field] of rule.groupBy.entries()) entity[field] = group.values[index] ?? '';
    out.push({
      rule: correlation.info,
      at: event.time,
      entity,
      events: sizeOf(window, rule),
      evidence: [...window.evidence],
      facts: { threshold: rule.threshold, seconds: rule.timespanMs / 1000 },
    });
    if (correlation.feeds.length > 0) count(event, correlation.feeds, ref, out);
  }

  return {
    count,
    drainDirty() {
      const entries: StateEntry[] = [];
      for (const table of tables) {
        for (const key of table.dirty) {
          const group = table.groups.get(key);
          entries.push({
            key: `${table.name}${SEPARATOR}${SEPARATOR}${key}`,
            value: group === undefined ? null : serialise(group, table),
          });
        }
        table.dirty.clear();
      }
      return entries;
    },
    restore(entries) {
      const byName = new Map(tables.map((table) => [table.name, table]));
      for (const { key, value } of entries) {
        const cut = key.indexOf(SEPARATOR + SEPARATOR);
        const table = byName.get(key.slice(0, cut));
        if (table === undefined) continue;
        const group = deserialise(key.slice(cut + 2), value, table);
        table.groups.set(group.key, group);
      }
    },
    stats: () => ({
      groups: tables.reduce((sum, table) => sum + table.groups.size, 0),
      evicted: tables.reduce((sum, table) => sum + table.evicted, 0),
    }),
  };
}

/** A counted value, copied only when the window does not know it yet. */
function valueText(get: Accessor, event: LogEvent, window: WindowState): string | null {
  const value = get(event);
  if (value === undefined || value === null) return null;
  const text = typeof value === 'string' ? value : String(value);
  return window.values?.has(text) === true ? text : copyText(text);
}

interface SavedGroup {
  readonly v: readonly string[];
  readonly t: number;
  /** Rule id to [times, values, evidence, firedAt]. */
  readonly w: Readonly<Record<string, readonly [(number | null)[], [string, number][] | null, LineRef[], number]>>;
}

/** Windows are saved under their rule's id, so that adding or removing a rule does not mix them up. */
function serialise(group: Group, table: GroupTable): string {
  const w: Record<string, unknown> = {};
  for (const [slot, window] of group.windows.entries()) {
    if (window === undefined || newestOf(window) === 0) continue;
    w[table.correlations[slot]!.rule.id] = [
      window.times,
      window.values === null ? null : [...window.values],
      window.evidence,
      window.firedAt,
    ];
  }
  return JSON.stringify({ v: group.values, t: group.lastAt, w });
}

function deserialise(key: string, text: string, table: GroupTable): Group {
  const saved = JSON.parse(text) as SavedGroup;
  const windows: (WindowState | undefined)[] = [];
  for (const [slot, correlation] of table.correlations.entries()) {
    const window = saved.w[correlation.rule.id];
    if (window === undefined) continue;
    const [times, values, evidence, firedAt] = window;
    windows[slot] = {
      times: times.map((time) => time ?? 0),
      values: values === null ? null : new Map(values),
      evidence: [...evidence],
      firedAt,
    };
  }
  return { key, values: saved.v, windows, lastAt: saved.t };
}

/** The reader of a group-by or value field for one rule of a correlation. */
export function fieldFor(correlation: CorrelationRule, field: string, ruleNames: readonly string[]): Accessor {
  const alias = correlation.aliases.get(field);
  const own =
    alias === undefined ? undefined : ruleNames.map((name) => alias.get(name)).find((each) => each !== undefined);
  return accessorOf(own ?? field);
}
