/** Groups as text for the store, under their rules' ids, so that adding or removing a rule does not mix them up. */
import type { LineRef } from '../../model/line.ts';
import { type GroupTable, unfold } from './group-table.ts';
import type { Origins } from './origins.ts';
import { addValue, entriesOf } from './value-set.ts';
import {
  addEvidence,
  createWindow,
  evidenceOf,
  type WindowLimits,
  type WindowPlan,
  type WindowState,
} from './window.ts';
import { addToWindow, admitHeld } from './window-add.ts';

/** Rule id to [times, values, evidence, firedAt]. */
type SavedWindow = readonly [(number | null)[], [string, number][] | null, LineRef[], number];

interface SavedGroup {
  /** Version of this form. */
  readonly f: 2;
  readonly t: number;
  readonly w: Readonly<Record<string, SavedWindow>>;
}

/** One group as JSON. */
export function serialiseGroup(table: GroupTable, row: number, origins: Origins, limits: WindowLimits): string {
  const w: Record<string, SavedWindow> = {};
  for (const window of [...(table.windowsOf(row) ?? []), ...waiting(table, row, limits)]) {
    const { times, values, firedAt } = window;
    const refs = evidenceOf(window, (offset, origin): LineRef => ({ ...origins.placeOf(origin), offset }));
    const head = values === null ? times : times.slice(0, 2);
    w[table.plans[window.slot]!.rule.id] = [head, values === null ? null : entriesOf(window), refs, firedAt];
  }
  const saved: SavedGroup = { f: 2, t: table.lastOf(row), w };
  return JSON.stringify(saved);
}

/** The windows that events which wait, for others or at a gate, would make. */
function waiting(table: GroupTable, row: number, limits: WindowLimits): Iterable<WindowState> {
  const windows = new Map<number, WindowState>();
  const quiet = { ...limits };
  const windowOf = (plan: WindowPlan): WindowState => {
    const window = windows.get(plan.slot) ?? createWindow(plan);
    windows.set(plan.slot, window);
    return window;
  };
  for (const plan of table.plans) {
    if (plan.gates.length === 0 || table.windowOf(row, plan.slot) !== undefined) continue;
    if (plan.gates.some((gate) => gate.heldOf(row).length > 0)) admitHeld(windowOf(plan), plan, row, quiet);
  }
  for (const { set, time, offset, origin, values } of table.waiting(row)) {
    for (const feed of set.feeds) {
      const value = values[feed.value] ?? null;
      if (feed.value >= 0 && value === null) continue;
      const window = windowOf(feed.plan);
      addEvidence(window, offset, origin);
      addToWindow(window, feed.plan, { time, member: feed.member, repeat: 1, value }, quiet);
    }
  }
  return windows.values();
}

/** Puts a saved group back; what an older version wrote in another form is left out. */
export function restoreGroup(table: GroupTable, key: string, text: string, maxGroups: number, origins: Origins): void {
  const saved = JSON.parse(text) as SavedGroup;
  if (saved.f !== 2) return;
  const row = table.rowOf(key, saved.t, maxGroups);
  unfold(table, row, () => undefined);
  for (const { slot, rule } of table.plans) {
    const window = saved.w[rule.id];
    if (window === undefined) continue;
    const [times, values, evidence, firedAt] = window;
    const state = table.windowAt(row, slot);
    state.times = times.map((time) => time ?? 0);
    if (state.values !== null) state.values = [];
    for (const [text, time] of values ?? []) addValue(state, text, time);
    state.evidence = [];
    for (const { source, generation, offset } of evidence)
      addEvidence(state, offset, origins.numberOf(source, generation));
    state.firedAt = firedAt;
  }
}
