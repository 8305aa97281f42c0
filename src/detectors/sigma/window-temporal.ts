/** Different rules matching within one span, in any order or in the order written. */
import type { Condition, CorrelationRule } from './ast.ts';
import {
  fire,
  type Hit,
  holds,
  insertPair,
  MAX_MATCHES,
  newestWith,
  rearm,
  type WindowLimits,
  type WindowState,
} from './window.ts';

/** True when the correlation fires now. Exact also for matches that come late, within the lateness. */
export function together(state: WindowState, rule: CorrelationRule, hit: Hit, limits: WindowLimits): boolean {
  const { times: pairs } = state;
  const newest = newestWith(pairs, rule, hit, limits);
  if (newest === null) return false;
  const at = insertPair(pairs, hit.time, hit.member);
  const kept = thin(pairs, at, limits);
  if (rule.kind === 'temporal_ordered') return inOrder(state, rule, hit, kept);
  const reached = satisfied(pairs, kept, rule);
  const still = holdsAt(pairs, newest, rule);
  rearm(state, rule, newest, still ? rule.threshold : 0);
  return fire(state, newest, reached);
}

/** Keeps the list short: of a run of one rule the inner matches say nothing, then the oldest go. Returns the new index. */
function thin(pairs: number[], at: number, limits: WindowLimits): number {
  if (pairs.length <= 2 * MAX_MATCHES) return at;
  for (let i = 2; i + 3 < pairs.length; i += 2) {
    if (i === at || pairs[i + 1] !== pairs[i - 1] || pairs[i + 1] !== pairs[i + 3]) continue;
    pairs.splice(i, 2);
    return i < at ? at - 2 : at;
  }
  pairs.splice(0, 2);
  limits.dropped++;
  return at - 2;
}

/** Whether a window that holds the match at an index satisfies the rule. */
function satisfied(pairs: readonly number[], at: number, rule: CorrelationRule): boolean {
  if (at < 0) return false;
  const time = pairs[at]!;
  if (holdsAt(pairs, time, rule)) return true;
  // A late match may complete a window that ends later; with `not` only the window that ends with it is meant.
  if (at === pairs.length - 2 || rule.expression !== null) return false;
  for (let i = at + 2; i < pairs.length && pairs[i]! < time + rule.timespanMs; i += 2)
    if (holdsAt(pairs, pairs[i]!, rule)) return true;
  return false;
}

function holdsAt(pairs: readonly number[], end: number, rule: CorrelationRule): boolean {
  const present = new Set<number>();
  for (let i = 0; i < pairs.length; i += 2)
    if (pairs[i]! <= end && pairs[i]! > end - rule.timespanMs) present.add(pairs[i + 1]!);
  if (rule.expression !== null) return evaluate(rule.expression, rule.rules, present);
  return rule.bounds.length === 0 ? present.size === rule.rules.length : holds(rule.bounds, present.size);
}

function evaluate(condition: Condition, rules: readonly string[], present: ReadonlySet<number>): boolean {
  if (condition.op === 'search') return present.has(rules.indexOf(condition.name));
  if (condition.op === 'not') return !evaluate(condition.of, rules, present);
  return condition.op === 'and'
    ? condition.of.every((part) => evaluate(part, rules, present))
    : condition.of.some((part) => evaluate(part, rules, present));
}

/** A chain through all rules in order that holds this match: the latest start before it, the earliest end after it. */
function inOrder(state: WindowState, rule: CorrelationRule, hit: Hit, at: number): boolean {
  if (at < 0) return false;
  const { times: pairs } = state;
  const last = rule.rules.length - 1;
  const starts = new Array<number>(last + 1).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < at; i += 2) {
    const member = pairs[i + 1]!;
    const start = member === 0 ? pairs[i]! : starts[member - 1]!;
    if (start > starts[member]!) starts[member] = start;
  }
  const start = hit.member === 0 ? hit.time : starts[hit.member - 1]!;
  let reached = hit.member;
  let end = hit.time;
  for (let i = at + 2; i < pairs.length && reached < last; i += 2) {
    if (pairs[i + 1] !== reached + 1) continue;
    reached++;
    end = pairs[i]!;
  }
  if (reached < last || end - start >= rule.timespanMs || !Number.isFinite(start)) return false;
  if (state.firedAt !== 0 && start <= state.firedAt && end - state.firedAt < rule.timespanMs) return false;
  state.firedAt = end;
  return true;
}
