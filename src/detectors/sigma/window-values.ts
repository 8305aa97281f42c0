/** Counting different values in sliding windows on the log's clock. */
import { fire, type Hit, holds, rearm, type WindowLimits, type WindowPlan, type WindowState } from './window.ts';

/** Distinct values kept beyond the threshold. */
const EXTRA_VALUES = 16;

/**
 * value_count: times[0] is the newest time seen, times[1] a time that no value is older than: while even that is young enough,
 * nothing has run out and the values need not be walked. A late value counts in the newest window.
 */
export function countValues(state: WindowState, plan: WindowPlan, hit: Hit, limits: WindowLimits): boolean {
  const { time } = hit;
  const value = hit.value!;
  const values = state.values!;
  const { rule } = plan;
  if (state.times.length === 0) state.times = [time, time];
  const { times } = state;
  const newest = Math.max(time, times[0]!);
  times[0] = newest;
  const known = values.get(value);
  const oldest = newest - rule.timespanMs;
  if (known !== undefined && known >= time) return false;
  if (state.firedAt !== 0 || values.size + 1 >= rule.threshold) {
    if (times[1]! <= oldest) times[1] = dropOld(values, oldest);
    if (state.firedAt !== 0) rearm(state, rule, newest, values.size);
  }
  if (time <= oldest) {
    limits.late++;
    return false;
  }
  values.set(value, time);
  if (values.size === 1 || time < times[1]!) times[1] = time;
  const most = plan.room - rule.threshold + EXTRA_VALUES;
  if (values.size > most + EXTRA_VALUES) times[1] = keepNewest(values, most);
  return fire(state, newest, values.size >= rule.threshold && holds(rule.bounds, values.size));
}

/** Drops values that have run out; the oldest time of those left. */
function dropOld(values: Map<string, number>, oldest: number): number {
  let least = Number.MAX_SAFE_INTEGER;
  for (const [each, at] of values) {
    if (at <= oldest) values.delete(each);
    else if (at < least) least = at;
  }
  return least;
}

/** Drops the oldest, several at once, so that a flood of different values does not walk them all each time; the oldest time of those left. */
function keepNewest(values: Map<string, number>, count: number): number {
  const times = Float64Array.from(values.values()).sort();
  const drop = values.size - count;
  const least = times[drop]!;
  let equal = drop;
  while (equal > 0 && times[equal - 1] === least) equal--;
  // Of equally old ones so many go as are too many.
  let ties = drop - equal;
  for (const [each, at] of values) if (at < least || (at === least && ties-- > 0)) values.delete(each);
  return least;
}
