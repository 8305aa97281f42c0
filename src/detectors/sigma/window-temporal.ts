/** Different rules matching within one span, in any order or in the order written. */
import type { Condition, CorrelationRule } from './ast.ts';
import { fire, type Hit, holds, rearm, type WindowLimits, type WindowPlan, type WindowState } from './window.ts';
import { insertPair, newestWith } from './window-pairs.ts';

/** Matches kept: of a run of the same rule only the ends matter. */
const MAX_MATCHES = 64;
/** From so many numbers on, and whenever so many more have come, what may go is looked for. */
const TIDY_FROM = 32;
const TIDY_EVERY = 16;

/** True when the correlation fires now. Exact also for matches that come late, within the lateness. */
export function together(state: WindowState, plan: WindowPlan, hit: Hit, limits: WindowLimits): boolean {
  const { rule } = plan;
  const newest = newestWith(state.times, rule.timespanMs, hit, limits);
  if (newest === null) return false;
  let at = insertPair(state, hit.time, hit.member);
  const { times: pairs } = state;
  if (pairs.length >= TIDY_FROM && pairs.length % TIDY_EVERY === 0) at = tidy(pairs, at, newest, rule, limits);
  if (rule.kind === 'temporal_ordered') return inOrder(state, rule, hit, at);
  const reached = satisfied(pairs, at, plan);
  if (state.firedAt !== 0) rearm(state, rule, newest, holdsAt(pairs, newest, plan) ? rule.threshold : 0);
  return fire(state, newest, reached);
}

/** Keeps the list short: what has run out goes, what says nothing, then the oldest. Returns the new index. */
function tidy(pairs: number[], at: number, newest: number, rule: CorrelationRule, limits: WindowLimits): number {
  const settled = newest - limits.latenessMs;
  let index = forget(pairs, at, settled - rule.timespanMs, settled, rule.kind === 'temporal_ordered');
  if (pairs.length <= 2 * MAX_MATCHES) return index;
  index = thin(pairs, index);
  const excess = pairs.length - 2 * MAX_MATCHES;
  if (excess <= 0) return index;
  pairs.splice(0, excess);
  limits.dropped += excess / 2;
  return index - excess;
}

/**
 * Takes out what is older than the horizon and, of what no late match can come before any more, what cannot matter: all but the
 * last of a run of one rule, and in an ordered correlation what comes before its first rule.
 */
function forget(pairs: number[], at: number, horizon: number, settled: number, ordered: boolean): number {
  let kept = 0;
  let index = at;
  for (let i = 0; i < pairs.length; i += 2) {
    const time = pairs[i]!;
    const member = pairs[i + 1]!;
    const repeated = i + 2 < pairs.length && pairs[i + 3] === member && pairs[i + 2]! <= settled;
    const early = ordered && kept === 0 && member !== 0 && time <= settled;
    if (i === at) index = kept;
    else if (time <= horizon || repeated || early) continue;
    pairs[kept++] = time;
    pairs[kept++] = member;
  }
  pairs.length = kept;
  return index;
}

/** Takes out the inner matches of every run of one rule. */
function thin(pairs: number[], at: number): number {
  let kept = 2;
  let index = at;
  for (let i = 2; i < pairs.length; i += 2) {
    if (i === at) index = kept;
    else if (i + 3 < pairs.length && pairs[i + 1] === pairs[kept - 1] && pairs[i + 1] === pairs[i + 3]) continue;
    pairs[kept++] = pairs[i]!;
    pairs[kept++] = pairs[i + 1]!;
  }
  pairs.length = kept;
  return index;
}

/** Whether a window that holds the match at an index satisfies the rule. */
function satisfied(pairs: readonly number[], at: number, plan: WindowPlan): boolean {
  if (at < 0) return false;
  const { rule } = plan;
  const time = pairs[at]!;
  if (holdsAt(pairs, time, plan)) return true;
  // A late match may complete a window that ends later; with `not` only the window that ends with it is meant.
  if (at === pairs.length - 2 || rule.expression !== null) return false;
  for (let i = at + 2; i < pairs.length && pairs[i]! < time + rule.timespanMs; i += 2)
    if (holdsAt(pairs, pairs[i]!, plan)) return true;
  return false;
}

function holdsAt(pairs: readonly number[], end: number, { rule, present }: WindowPlan): boolean {
  present.fill(0);
  let different = 0;
  for (let i = 0; i < pairs.length; i += 2) {
    const member = pairs[i + 1]!;
    if (present[member] === 1 || pairs[i]! > end || pairs[i]! <= end - rule.timespanMs) continue;
    present[member] = 1;
    different++;
  }
  if (rule.expression !== null) return evaluate(rule.expression, rule.rules, present);
  return rule.bounds.length === 0 ? different === rule.rules.length : holds(rule.bounds, different);
}

function evaluate(condition: Condition, rules: readonly string[], present: Uint8Array): boolean {
  if (condition.op === 'search') return present[rules.indexOf(condition.name)] === 1;
  if (condition.op === 'not') return !evaluate(condition.of, rules, present);
  return condition.op === 'and'
    ? condition.of.every((part) => evaluate(part, rules, present))
    : condition.of.some((part) => evaluate(part, rules, present));
}

/** A chain through all rules in order that holds this match: the latest start before it, the earliest end after it. */
function inOrder(state: WindowState, rule: CorrelationRule, hit: Hit, at: number): boolean {
  if (at < 0) return false;
  const { times: pairs } = state;
  let start = hit.time;
  let wanted = hit.member - 1;
  for (let i = at - 2; i >= 0 && wanted >= 0; i -= 2) {
    if (pairs[i + 1] !== wanted) continue;
    start = pairs[i]!;
    wanted--;
  }
  if (wanted >= 0) return false;
  const last = rule.rules.length - 1;
  let reached = hit.member;
  let end = hit.time;
  for (let i = at + 2; i < pairs.length && reached < last; i += 2) {
    if (pairs[i + 1] !== reached + 1) continue;
    reached++;
    end = pairs[i]!;
  }
  if (reached < last || end - start >= rule.timespanMs) return false;
  if (state.firedAt !== 0 && start <= state.firedAt && end - state.firedAt < rule.timespanMs) return false;
  state.firedAt = end;
  return true;
}
