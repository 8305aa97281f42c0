/** The state of one correlation for one group, kept small, and how it takes an event. An event counts while it is younger than the span. */
import type { Bound, CorrelationRule } from './ast.ts';

/** Evidence kept in a window. */
export const MAX_EVIDENCE = 5;
/** Events kept for a measure or a temporal correlation. */
export const MAX_EVENTS = 4096;
/** Matches kept for a temporal correlation: of a run of the same rule only the ends matter. */
export const MAX_MATCHES = 64;

/** The state of one correlation for one group. */
export interface WindowState {
  /**
   * event_count: times in order. value_count: newest time and oldest bound. temporal: pairs of time and rule, in order.
   * measures: pairs of time and value, in order. closing: start and count.
   */
  times: number[];
  /** value_count: value to its newest time. */
  values: Map<string, number> | null;
  /** Pairs of an offset and the number of its source, oldest first. */
  evidence: number[];
  /** When it fired, while it stays quiet; 0 otherwise. */
  firedAt: number;
}

/** One event for a window. */
export interface Hit {
  time: number;
  /** Index of the rule that matched. */
  member: number;
  repeat: number;
  value: string | null;
}

/** How windows treat late events, and what they could not keep. */
export interface WindowLimits {
  /** An event this much older than the newest of its window still counts, ms. */
  readonly latenessMs: number;
  /** Events that came later than that. */
  late: number;
  /** Events a full window could not hold. */
  dropped: number;
}

/** An empty window. */
export function createWindow(correlation: CorrelationRule): WindowState {
  return { times: [], values: correlation.kind === 'value_count' ? new Map() : null, evidence: [], firedAt: 0 };
}

/** Notes a line as evidence. */
export function addEvidence(state: WindowState, offset: number, origin: number): void {
  // A literal holds exactly two elements, a pushed array room for seventeen: most groups never see a second event.
  if (state.evidence.length === 0) state.evidence = [offset, origin];
  else {
    if (state.evidence.length >= 2 * MAX_EVIDENCE) state.evidence.splice(0, 2);
    state.evidence.push(offset, origin);
  }
}

/** Whether a number satisfies every bound. */
export function holds(bounds: readonly Bound[], number: number): boolean {
  for (const { op, value } of bounds) {
    if (op === 'gte' ? number < value : op === 'gt' ? number <= value : op === 'lte' ? number > value : false)
      return false;
    if (op === 'lt' ? number >= value : op === 'eq' ? number !== value : op === 'neq' ? number === value : false)
      return false;
  }
  return true;
}

/**
 * A correlation that fired stays quiet until its window has fallen well below the threshold (one short of it is the normal
 * state of an attack at just that rate) or a whole span has passed.
 */
export function rearm(state: WindowState, rule: CorrelationRule, newest: number, held: number): void {
  if (held < rule.threshold - 1 || newest - state.firedAt >= rule.timespanMs) state.firedAt = 0;
}

/** Fires once. */
export function fire(state: WindowState, at: number, reached: boolean): boolean {
  if (!reached || state.firedAt !== 0) return false;
  state.firedAt = at;
  return true;
}

/** Puts a time (and what belongs to it) where it belongs among pairs in order of time; its index. */
export function insertPair(pairs: number[], time: number, what: number): number {
  let at = pairs.length;
  while (at > 0 && pairs[at - 2]! > time) at -= 2;
  if (at === pairs.length) pairs.push(time, what);
  else pairs.splice(at, 0, time, what);
  return at;
}

/**
 * Time of the newest pair once this hit is among them, with all dropped that is too old by then. Null, and counted, for a hit
 * that comes too late for every window.
 */
export function newestWith(pairs: number[], rule: CorrelationRule, hit: Hit, limits: WindowLimits): number | null {
  const newest = Math.max(hit.time, pairs.at(-2) ?? hit.time);
  const horizon = newest - rule.timespanMs - limits.latenessMs;
  if (hit.time <= horizon) {
    limits.late++;
    return null;
  }
  dropOldPairs(pairs, horizon);
  return newest;
}

/** Drops pairs that are too old for every window a late event may still join. */
function dropOldPairs(pairs: number[], oldest: number): void {
  let drop = 0;
  while (drop < pairs.length && pairs[drop]! <= oldest) drop += 2;
  if (drop > 0) pairs.splice(0, drop);
}
