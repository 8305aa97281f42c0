/** Counting events, and counting different values, in sliding windows on the log's clock. */
import type { CorrelationRule } from './ast.ts';
import { fire, type Hit, holds, rearm, type WindowLimits, type WindowState } from './window.ts';

/** Distinct values kept beyond the threshold. */
const EXTRA_VALUES = 16;

/** event_count: true when the correlation fires now. Exact also for events that come late, within the lateness. */
export function countEvents(state: WindowState, rule: CorrelationRule, hit: Hit, limits: WindowLimits): boolean {
  const { time, repeat } = hit;
  if (state.times.length === 0 && repeat === 1) {
    rearm(state, rule, time, 0);
    state.times = [time];
    return fire(state, time, reaches(state.times, 0, rule));
  }
  const { times } = state;
  const newest = Math.max(time, times.at(-1) ?? time);
  const oldest = newest - rule.timespanMs;
  if (time <= oldest - limits.latenessMs) {
    limits.late++;
    return false;
  }
  let drop = 0;
  while (drop < times.length && times[drop]! <= oldest - limits.latenessMs) drop++;
  if (drop > 0) times.splice(0, drop);
  rearm(state, rule, newest, times.length - firstAfter(times, oldest));
  const room = roomOf(rule);
  let at = 0;
  for (let n = Math.min(repeat, room); n > 0; n--) at = insert(times, time);
  if (times.length > room) {
    at -= times.length - room;
    times.splice(0, times.length - room);
  }
  return fire(state, newest, at >= 0 && reaches(times, at, rule));
}

/** Times worth keeping: those a late event may still join, and one more than an upper bound allows. */
function roomOf(rule: CorrelationRule): number {
  let most = 2 * rule.threshold;
  for (const { value } of rule.bounds) most = Math.max(most, Math.ceil(value) + 2);
  return most;
}

/** Whether a window that holds the event at an index satisfies the rule. */
function reaches(times: readonly number[], at: number, rule: CorrelationRule): boolean {
  const { threshold, timespanMs } = rule;
  if (rule.bounds.some(({ op }) => op !== 'gte' && op !== 'gt')) {
    const end = times[at]!;
    let last = at;
    while (last + 1 < times.length && times[last + 1]! <= end) last++;
    return holds(rule.bounds, last + 1 - firstAfter(times, end - timespanMs));
  }
  for (let start = Math.max(0, at - threshold + 1); start <= at && start + threshold <= times.length; start++)
    if (times[start + threshold - 1]! - times[start]! < timespanMs) return true;
  return false;
}

function firstAfter(times: readonly number[], oldest: number): number {
  let at = 0;
  while (at < times.length && times[at]! <= oldest) at++;
  return at;
}

/** Keeps the times in order; late events go where they belong. */
function insert(times: number[], time: number): number {
  let at = times.length;
  while (at > 0 && times[at - 1]! > time) at--;
  if (at === times.length) times.push(time);
  else times.splice(at, 0, time);
  return at;
}

/**
 * value_count: times[0] is the newest time seen, times[1] a time that no value is older than: while even that is young enough,
 * nothing has run out and the values need not be walked. A late value counts in the newest window.
 */
export function countValues(state: WindowState, rule: CorrelationRule, hit: Hit, limits: WindowLimits): boolean {
  const { time, value } = hit;
  const values = state.values!;
  const { times } = state;
  const newest = Math.max(time, times[0] ?? time);
  times[0] = newest;
  const known = values.get(value!);
  const oldest = newest - rule.timespanMs;
  if (known !== undefined && known >= time) return false;
  if (state.firedAt !== 0 || values.size + 1 >= rule.threshold) {
    if ((times[1] ?? 0) <= oldest) dropOld(values, oldest, times);
    rearm(state, rule, newest, values.size);
  }
  if (time <= oldest) {
    limits.late++;
    return false;
  }
  values.set(value!, time);
  if (values.size === 1 || time < times[1]!) times[1] = time;
  const most = roomOf(rule) - rule.threshold;
  if (values.size > most + 2 * EXTRA_VALUES) keepNewest(values, most + EXTRA_VALUES);
  return fire(state, newest, values.size >= rule.threshold && holds(rule.bounds, values.size));
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
