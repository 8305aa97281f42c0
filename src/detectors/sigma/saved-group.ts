/** Groups as text for the store, under their rules' ids, so that adding or removing a rule does not mix them up. */
import type { CorrelationRule } from './ast.ts';
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

/** Rule id to [times, values with their times, pairs of an origin's index and an offset, firedAt]. */
type SavedWindow = readonly [(number | null)[], (string | number)[] | null, number[], number];

interface SavedGroup {
  /** Version of this form. */
  readonly f: 3;
  /** Time of the newest event; other times are told as so many ms before it. */
  readonly t: number;
  /** Origins of the evidence: source and generation. */
  readonly o: readonly (readonly [string, string])[];
  readonly w: Readonly<Record<string, SavedWindow>>;
}

/** One group as JSON: written at every commit in which it changed, so it is kept short. */
export function serialiseGroup(table: GroupTable, row: number, origins: Origins, limits: WindowLimits): string {
  const w: Record<string, SavedWindow> = {};
  const t = table.lastOf(row);
  const known = new Map<number, number>();
  for (const window of [...(table.windowsOf(row) ?? []), ...waiting(table, row, limits)]) {
    const { rule } = table.plans[window.slot]!;
    const refs: number[] = [];
    for (const [origin, offset] of evidenceOf(window, (offset, origin) => [origin, offset] as const)) {
      if (!known.has(origin)) known.set(origin, known.size);
      refs.push(known.get(origin)!, offset);
    }
    const head = window.values === null ? window.times : window.times.slice(0, 2);
    const values = window.values === null ? null : entriesOf(window).flatMap(([text, time]) => [text, t - time]);
    w[rule.id] = [head.map((number, at) => (isTime(rule, at) ? t - number : number)), values, refs, window.firedAt];
  }
  const o = [...known.keys()].map((origin) => {
    const { source, generation } = origins.placeOf(origin);
    return [source, generation] as const;
  });
  const saved: SavedGroup = { f: 3, t, o, w };
  return JSON.stringify(saved);
}

/** Whether a number of a window's times is one: measures and closing windows keep others among them. */
function isTime(rule: CorrelationRule, at: number): boolean {
  if (rule.kind === 'event_count') return !rule.closing;
  return rule.kind.startsWith('temporal') && at % 2 === 0;
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
  if (saved.f !== 3) return;
  const row = table.rowOf(key, saved.t, maxGroups);
  unfold(table, row, () => undefined);
  const known = saved.o.map(([source, generation]) => origins.numberOf(source, generation));
  for (const { slot, rule } of table.plans) {
    const window = saved.w[rule.id];
    if (window === undefined) continue;
    const [times, values, refs, firedAt] = window;
    const state = table.windowAt(row, slot);
    state.times = times.map((number, at) => (isTime(rule, at) ? saved.t - (number ?? saved.t) : (number ?? 0)));
    if (state.values !== null) state.values = [];
    for (let at = 0; values !== null && at < values.length; at += 2)
      addValue(state, String(values[at]), saved.t - Number(values[at + 1]));
    state.evidence = [];
    for (let at = 0; at < refs.length; at += 2) addEvidence(state, refs[at + 1]!, known[refs[at]!]!);
    state.firedAt = firedAt;
  }
}
