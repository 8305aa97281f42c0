/** Groups as text for the store, under their rules' ids, so that adding or removing a rule does not mix them up. */
import type { LineRef } from '../../model/line.ts';
import type { CorrelationRule } from './ast.ts';
import type { GroupTable } from './group-table.ts';
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

/** A window as it was saved. */
export interface ReadWindow {
  readonly rule: CorrelationRule;
  /** See `WindowState.times`. */
  readonly times: readonly number[];
  readonly values: readonly (readonly [string, number])[] | null;
  readonly evidence: readonly LineRef[];
  /** When it fired, while it stays quiet; 0 otherwise. */
  readonly firedAt: number;
}

/** The windows of a saved group that belong to one of these rules; null for what another version wrote in another form. */
export function readGroup(
  text: string,
  rules: Iterable<CorrelationRule>,
): { readonly newestAt: number; readonly windows: readonly ReadWindow[] } | null {
  const { f, t, o, w } = JSON.parse(text) as SavedGroup;
  if (f !== 3) return null;
  const windows: ReadWindow[] = [];
  for (const rule of rules) {
    const saved = w[rule.id];
    if (saved === undefined) continue;
    const [numbers, values, refs, firedAt] = saved;
    const evidence: LineRef[] = [];
    for (let at = 0; at < refs.length; at += 2) {
      const [source, generation] = o[refs[at]!]!;
      evidence.push({ source, generation, offset: refs[at + 1]! });
    }
    const pairs: [string, number][] = [];
    for (let at = 0; values !== null && at < values.length; at += 2)
      pairs.push([String(values[at]), t - Number(values[at + 1])]);
    windows.push({
      rule,
      times: numbers.map((number, at) => (isTime(rule, at) ? t - (number ?? 0) : (number ?? 0))),
      values: values === null ? null : pairs,
      evidence,
      firedAt,
    });
  }
  return { newestAt: t, windows };
}

/** Puts a saved group back. */
export function restoreGroup(table: GroupTable, key: string, text: string, maxGroups: number, origins: Origins): void {
  const slots = new Map(table.plans.map(({ rule, slot }) => [rule, slot]));
  const saved = readGroup(text, slots.keys());
  if (saved === null) return;
  const row = table.rowOf(key, saved.newestAt, maxGroups);
  table.endWait(row);
  for (const { rule, times, values, evidence, firedAt } of saved.windows) {
    const state = table.windowAt(row, slots.get(rule)!);
    state.times = [...times];
    if (state.values !== null) state.values = [];
    for (const [text, time] of values ?? []) addValue(state, text, time);
    state.evidence = [];
    for (const { source, generation, offset } of evidence)
      addEvidence(state, offset, origins.numberOf(source, generation));
    state.firedAt = firedAt;
  }
}
