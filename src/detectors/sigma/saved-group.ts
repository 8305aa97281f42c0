/** Groups as text for the store, under their rules' ids, so that adding or removing a rule does not mix them up. */
import type { LineRef } from '../../model/line.ts';
import { type GroupTable, type Origins, unfold } from './group-table.ts';
import { addEvidence, createWindow, type Hit, type WindowState } from './window.ts';
import { countEvents, countValues } from './window-count.ts';
import { together } from './window-temporal.ts';

/** Rule id to [times, values, evidence, firedAt]. */
type SavedWindow = readonly [(number | null)[], [string, number][] | null, LineRef[], number];

interface SavedGroup {
  /** Version of this form. */
  readonly f: 2;
  readonly t: number;
  readonly w: Readonly<Record<string, SavedWindow>>;
}

const NO_LIMITS = { latenessMs: 0, late: 0, dropped: 0 };

/** One group as JSON. */
export function serialiseGroup(table: GroupTable, row: number, origins: Origins): string {
  const w: Record<string, SavedWindow> = {};
  const note = (slot: number, window: WindowState): void => {
    const { times, values, evidence, firedAt } = window;
    const refs: LineRef[] = [];
    for (let i = 0; i < evidence.length; i += 2)
      refs.push({ ...origins.placeOf(evidence[i + 1]!), offset: evidence[i]! });
    w[table.rules[slot]!.id] = [times, values === null ? null : [...values], refs, firedAt];
  };
  for (const [slot, window] of waiting(table, row)) note(slot, window);
  for (const [slot, window] of (table.windowsOf(row) ?? []).entries()) if (window !== undefined) note(slot, window);
  const saved: SavedGroup = { f: 2, t: table.lastOf(row), w };
  return JSON.stringify(saved);
}

/** The windows that a waiting event would make. */
function waiting(table: GroupTable, row: number): [number, WindowState][] {
  const first = table.firstOf(row);
  if (first === null) return [];
  return first.set.feeds.map((feed, index) => {
    const window = createWindow(feed.rule);
    addEvidence(window, first.offset, first.origin);
    const hit: Hit = { time: first.time, member: feed.member, repeat: 1, value: first.values[index] ?? null };
    if (feed.rule.kind === 'event_count') countEvents(window, feed.rule, hit, NO_LIMITS);
    else if (feed.rule.kind !== 'value_count') together(window, feed.rule, hit, NO_LIMITS);
    else if (hit.value !== null) countValues(window, feed.rule, hit, NO_LIMITS);
    return [feed.slot, window];
  });
}

/** Puts a saved group back; what an older version wrote in another form is left out. */
export function restoreGroup(table: GroupTable, key: string, text: string, maxGroups: number, origins: Origins): void {
  const saved = JSON.parse(text) as SavedGroup;
  if (saved.f !== 2) return;
  const row = table.rowOf(key, saved.t, maxGroups);
  unfold(table, row, () => undefined);
  for (const [slot, rule] of table.rules.entries()) {
    const window = saved.w[rule.id];
    if (window === undefined) continue;
    const [times, values, evidence, firedAt] = window;
    const state = table.windowAt(row, slot);
    state.times = times.map((time) => time ?? 0);
    state.values = values === null ? null : new Map(values);
    state.evidence = evidence.flatMap(({ source, generation, offset }) => [
      offset,
      origins.numberOf(source, generation),
    ]);
    state.firedAt = firedAt;
  }
}
