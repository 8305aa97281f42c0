/** Sliding windows on the log's clock: how often, how many different, in which order. An event counts while it is younger than the span. */
import type { LineRef } from '../../model/line.ts';
import type { CorrelationRule } from './ast.ts';

/** Evidence kept in a window. */
const MAX_EVIDENCE = 5;
/** Distinct values kept beyond the threshold. */
const EXTRA_VALUES = 16;

/** The state of one correlation for one group. */
export interface WindowState {
  /** event_count: newest times, at most `threshold`; value_count: newest and oldest bound; temporal: last time of each rule. */
  times: number[];
  /** value_count: value to its newest time. */
  values: Map<string, number> | null;
  evidence: LineRef[];
  /** When it fired, while it stays quiet; 0 otherwise. */
  firedAt: number;
}

/** An empty window. */
export function createWindow(correlation: CorrelationRule): WindowState {
  return { times: [], values: correlation.kind === 'value_count' ? new Map() : null, evidence: [], firedAt: 0 };
}

/** Adds an event of the rule with index `member`; true when the correlation fires now. */
export function addToWindow(
  state: WindowState,
  rule: CorrelationRule,
  hit: { time: number; member: number; repeat: number; value: string | null; ref: LineRef },
): boolean {
  // A literal holds exactly one element, a pushed array room for seventeen: most groups never see a second event.
  if (state.evidence.length === 0) state.evidence = [hit.ref];
  else {
    if (state.evidence.length === MAX_EVIDENCE) state.evidence.shift();
    state.evidence.push(hit.ref);
  }
  if (rule.kind === 'event_count') return countEvents(state, rule, hit.time, hit.repeat);
  if (rule.kind === 'value_count') return hit.value !== null && countValues(state, rule, hit.time, hit.value);
  return rule.kind === 'temporal'
    ? together(state, rule, hit.time, hit.member)
    : inOrder(state, rule, hit.time, hit.member);
}

/** How many events or values the window holds, for the detection. */
export function sizeOf(state: WindowState, rule: CorrelationRule): number {
  return rule.kind === 'value_count'
    ? state.values!.size
    : rule.kind === 'event_count'
      ? state.times.length
      : rule.rules.length;
}

/** The newest time in the window, for expiry. */
export function newestOf(state: WindowState): number {
  let newest = state.firedAt;
  for (const time of state.times) if (time > newest) newest = time;
  if (state.values !== null) for (const time of state.values.values()) if (time > newest) newest = time;
  return newest;
}

function countEvents(state: WindowState, rule: CorrelationRule, time: number, repeat: number): boolean {
  const { times } = state;
  const newest = Math.max(time, times.at(-1) ?? time);
  const oldest = newest - rule.timespanMs;
  while (times.length > 0 && times[0]! <= oldest) times.shift();
  rearm(state, rule, newest, times.length);
  if (time <= oldest) return false;
  if (times.length === 0 && repeat === 1) {
    state.times = [time];
    return fire(state, newest, rule.threshold === 1);
  }
  for (let n = Math.min(repeat, rule.threshold); n > 0; n--) insert(times, time);
  while (times.length > rule.threshold) times.shift();
  return fire(state, newest, times.length >= rule.threshold);
}

/** Keeps the times in order; late events go where they belong. */
function insert(times: number[], time: number): void {
  let at = times.length;
  while (at > 0 && times[at - 1]! > time) at--;
  if (at === times.length) times.push(time);
  else times.splice(at, 0, time);
}

/**
 * times[0] is the newest time seen, times[1] a time that no value is older than: while even that is young enough, nothing has
 * run out and the values need not be walked.
 */
function countValues(state: WindowState, rule: CorrelationRule, time: number, value: string): boolean {
  const values = state.values!;
  const { times } = state;
  const newest = Math.max(time, times[0] ?? time);
  times[0] = newest;
  const known = values.get(value);
  if (known !== undefined && known >= time) return false;
  if (state.firedAt !== 0 || values.size + 1 >= rule.threshold) {
    if ((times[1] ?? 0) <= newest - rule.timespanMs) dropOld(values, newest - rule.timespanMs, times);
    rearm(state, rule, newest, values.size);
  }
  if (time <= newest - rule.timespanMs) return false;
  values.set(value, time);
  if (values.size === 1 || time < times[1]!) times[1] = time;
  if (values.size > rule.threshold + 2 * EXTRA_VALUES) keepNewest(values, rule.threshold + EXTRA_VALUES);
  return fire(state, newest, values.size >= rule.threshold);
}

function dropOld(values: Map<string, number>, oldest: number, times: number[]): void {
  let least = Number.MAX_SAFE_INTEGER;
  for (const [each, at] of values) {
    if (at <= oldest) values.delete(each);
    else if (at < least) least = at;
  }
  times[1] = least;
}

/** Several at once, so that a flood of different values does not walk them all each time. */
function keepNewest(values: Map<string, number>, count: number): void {
  const oldestFirst = [...values].sort(([, one], [, other]) => one - other);
  for (const [value] of oldestFirst.slice(0, values.size - count)) values.delete(value);
}

function together(state: WindowState, rule: CorrelationRule, time: number, member: number): boolean {
  const { times } = state;
  times[member] = Math.max(time, times[member] ?? 0);
  let newest = time;
  for (const at of times) if (at !== undefined && at > newest) newest = at;
  let present = 0;
  for (let i = 0; i < rule.rules.length; i++) {
    // 0 stands for a rule that was never seen.
    const at = times[i] ?? 0;
    if (at !== 0 && at > newest - rule.timespanMs) present++;
  }
  rearm(state, rule, newest, present < rule.rules.length ? 0 : rule.threshold);
  return fire(state, newest, present === rule.rules.length);
}

/** times[i] is the latest possible start of a chain that has reached rule i. */
function inOrder(state: WindowState, rule: CorrelationRule, time: number, member: number): boolean {
  const { times } = state;
  if (member === 0) {
    times[0] = Math.max(time, times[0] ?? 0);
    return false;
  }
  const start = times[member - 1] ?? 0;
  if (start === 0 || start > time || time - start >= rule.timespanMs) return false;
  times[member] = start;
  if (member < rule.rules.length - 1) return false;
  if (state.firedAt !== 0 && start <= state.firedAt && time - state.firedAt < rule.timespanMs) return false;
  state.firedAt = time;
  return true;
}

/**
 * A correlation that fired stays quiet until its window has fallen well below the threshold (one short of it is the normal
 * state of an attack at just that rate) or a whole span has passed.
 */
function rearm(state: WindowState, rule: CorrelationRule, newest: number, held: number): void {
  if (held < rule.threshold - 1 || newest - state.firedAt >= rule.timespanMs) state.firedAt = 0;
}

function fire(state: WindowState, newest: number, reached: boolean): boolean {
  if (!reached || state.firedAt !== 0) return false;
  state.firedAt = newest;
  return true;
}
