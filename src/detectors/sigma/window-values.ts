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
  const known = values.find(value);
  const oldest = newest - rule.timespanMs;
  if (known >= 0 && values.timeAt(known) >= time) return false;
  // Its own time counts among the old ones still: what ran out and comes again is new.
  let place = known;
  if (state.firedAt !== 0 || values.size + 1 >= rule.threshold) {
    if (times[1]! <= oldest) {
      times[1] = values.dropOld(oldest);
      place = known < 0 ? known : values.find(value);
    }
    if (state.firedAt !== 0) rearm(state, rule, newest, values.size);
  }
  if (time <= oldest) {
    limits.late++;
    return false;
  }
  if (place < 0) values.add(value, time);
  else values.seen(place, time);
  if (values.size === 1 || time < times[1]!) times[1] = time;
  const most = plan.room - rule.threshold + EXTRA_VALUES;
  if (values.size > most + EXTRA_VALUES) times[1] = values.keepNewest(most);
  return fire(state, newest, values.size >= rule.threshold && holds(rule.bounds, values.size));
}
