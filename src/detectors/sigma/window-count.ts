/** Counting events in sliding windows on the log's clock. */
import {
  fire,
  type Hit,
  holds,
  rearm,
  type WindowLimits,
  type WindowPlan,
  type WindowState,
  withNumber,
} from './window.ts';

/** Windows up to this room move their times by one when full; larger ones drop many at once. */
const SMALL_ROOM = 32;

/** event_count: true when the correlation fires now. Exact also for events that come late, within the lateness. */
export function countEvents(state: WindowState, plan: WindowPlan, hit: Hit, limits: WindowLimits): boolean {
  const { times } = state;
  const { time, repeat } = hit;
  const { rule } = plan;
  const newest = times.length === 0 ? time : Math.max(time, times[times.length - 1]!);
  const oldest = newest - rule.timespanMs;
  if (time <= oldest - limits.latenessMs) {
    limits.late++;
    return false;
  }
  if (state.firedAt !== 0) rearm(state, rule, newest, times.length - firstAfter(times, oldest));
  let at = insert(state, time, plan.room);
  for (let n = Math.min(repeat, plan.room); n > 1; n--) at = insert(state, time, plan.room);
  return fire(state, newest, at >= 0 && reaches(state.times, at, plan));
}

/** Whether a window that holds the event at an index satisfies the rule. */
function reaches(times: readonly number[], at: number, { rule, capped }: WindowPlan): boolean {
  const { threshold, timespanMs } = rule;
  if (capped) {
    const end = times[at]!;
    let last = at;
    while (last + 1 < times.length && times[last + 1]! <= end) last++;
    return holds(rule.bounds, last + 1 - firstAfter(times, end - timespanMs));
  }
  for (let start = Math.max(0, at - threshold + 1); start <= at && start + threshold <= times.length; start++)
    if (times[start + threshold - 1]! - times[start]! < timespanMs) return true;
  return false;
}

/** Index of the first time that is younger: by halves. */
function firstAfter(times: readonly number[], oldest: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (times[middle]! <= oldest) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Keeps the times in order, late ones where they belong; the oldest give way. The index, negative for a time not kept. */
function insert(state: WindowState, time: number, room: number): number {
  const { times } = state;
  const { length } = times;
  let at = length;
  while (at > 0 && times[at - 1]! > time) at--;
  if (length >= room && room <= SMALL_ROOM) {
    for (let n = 1; n < at; n++) times[n - 1] = times[n]!;
    if (at > 0) times[at - 1] = time;
    return at - 1;
  }
  if (at < length) times.splice(at, 0, time);
  else state.times = withNumber(times, time);
  if (length < room + (room >> 1)) return at;
  state.times.splice(0, length + 1 - room);
  return at - (length + 1 - room);
}
