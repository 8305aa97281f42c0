/** Counting different values in sliding windows on the log's clock. */
import { addValue, dropOldValues, findValue, keepNewestValues, seeValue, timeOfValue } from './value-set.ts';
import { fire, type Hit, holds, rearm, type WindowLimits, type WindowPlan, type WindowState } from './window.ts';

/** Distinct values kept beyond the threshold. */
const EXTRA_VALUES = 8;

/**
 * value_count: times[0] is the newest time seen, times[1] a time that no value is older than: while even that is young enough,
 * nothing has run out and the values need not be walked. A late value counts in the newest window.
 */
export function countValues(state: WindowState, plan: WindowPlan, hit: Hit, limits: WindowLimits): boolean {
  const { time } = hit;
  const value = hit.value!;
  const { rule } = plan;
  if (state.times.length === 0) state.times = [time, time];
  const newest = Math.max(time, state.times[0]!);
  state.times[0] = newest;
  let place = findValue(state, value);
  const oldest = newest - rule.timespanMs;
  if (place >= 0 && timeOfValue(state, place) >= time) return false;
  if (state.firedAt !== 0 || state.values!.length + 1 >= rule.threshold) {
    // What ran out and comes again is new.
    if (state.times[1]! <= oldest) {
      state.times[1] = dropOldValues(state, oldest);
      if (place >= 0) place = findValue(state, value);
    }
    if (state.firedAt !== 0) rearm(state, rule, newest, state.values!.length);
  }
  if (time <= oldest) {
    limits.late++;
    return false;
  }
  if (place < 0) addValue(state, value, time);
  else seeValue(state, place, time);
  const { times } = state;
  const size = state.values!.length;
  if (size === 1 || time < times[1]!) times[1] = time;
  const most = plan.room - rule.threshold + EXTRA_VALUES;
  if (size > most + EXTRA_VALUES) times[1] = keepNewestValues(state, most);
  const different = state.values!.length;
  return fire(state, newest, different >= rule.threshold && holds(rule.bounds, different));
}
