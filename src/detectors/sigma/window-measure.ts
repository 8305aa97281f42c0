/** Measuring a number over the events of a window: sum, average, percentile, least, most. */
import type { CorrelationRule } from './ast.ts';
import { type Hit, holds, MAX_EVENTS, type WindowLimits, type WindowState } from './window.ts';
import { dropOldPairs, insertPair, newestWith } from './window-pairs.ts';

/** True when the correlation fires now. Values that are no numbers do not count. */
export function measure(state: WindowState, rule: CorrelationRule, hit: Hit, limits: WindowLimits): boolean {
  const value = hit.value === null || hit.value.trim() === '' ? Number.NaN : Number(hit.value);
  if (!Number.isFinite(value)) return false;
  const newest = newestWith(state.times, rule.timespanMs, hit, limits);
  if (newest === null) return false;
  dropOldPairs(state.times, newest - rule.timespanMs - limits.latenessMs);
  insertPair(state, hit.time, value);
  const { times: pairs } = state;
  if (pairs.length > 2 * MAX_EVENTS) {
    pairs.splice(0, pairs.length - 2 * MAX_EVENTS);
    limits.dropped++;
  }
  const reached =
    holds(rule.bounds, valueAt(pairs, hit.time, rule)) ||
    (hit.time < newest && hit.time > newest - rule.timespanMs && holds(rule.bounds, valueAt(pairs, newest, rule)));
  if (!reached || newest - state.firedAt >= rule.timespanMs) state.firedAt = 0;
  if (!reached || state.firedAt !== 0) return false;
  state.firedAt = newest;
  return true;
}

/** The measure over the events younger than the span at a time. */
export function valueAt(pairs: readonly number[], end: number, rule: CorrelationRule): number {
  const values: number[] = [];
  for (let i = 0; i < pairs.length; i += 2)
    if (pairs[i]! <= end && pairs[i]! > end - rule.timespanMs) values.push(pairs[i + 1]!);
  if (values.length === 0) return Number.NaN;
  if (rule.kind === 'value_min') return Math.min(...values);
  if (rule.kind === 'value_max') return Math.max(...values);
  const sum = values.reduce((total, each) => total + each, 0);
  if (rule.kind === 'value_sum') return sum;
  return rule.kind === 'value_avg' ? sum / values.length : percentile(values, rule.percentile);
}

/** Nearest rank: the least value that so many percent of the values do not exceed. */
function percentile(values: number[], percent: number): number {
  values.sort((a, b) => a - b);
  return values[Math.max(0, Math.ceil((percent / 100) * values.length) - 1)]!;
}
