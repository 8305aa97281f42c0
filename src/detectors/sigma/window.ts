/** The state of one correlation for one group, kept small, and how it takes an event. An event counts while it is younger than the span. */
import type { Bound, CorrelationRule } from './ast.ts';
import type { Gate } from './gate.ts';

/** Evidence kept in a window. */
export const MAX_EVIDENCE = 5;
const RING = 2 * MAX_EVIDENCE;
/** Events kept for a measure. */
export const MAX_EVENTS = 4096;

/** What every window of a correlation shares, worked out once. */
export interface WindowPlan {
  readonly rule: CorrelationRule;
  /** Its place among the correlations of its table. */
  readonly slot: number;
  /** Times, or values beyond the threshold, worth keeping: those a late event may still join, and one more than an upper bound allows. */
  readonly room: number;
  /** A bound limits the number from above. */
  readonly capped: boolean;
  /** Scratch: where among the windows of a group its own stood last. */
  guess: number;
  /** Scratch: which rules are present, for temporal correlations. */
  readonly present: Uint8Array;
  /** Where matches of its second rule wait for the first. */
  readonly gates: Gate[];
}

/** The state of one correlation for one group. */
export interface WindowState {
  readonly slot: number;
  /**
   * event_count: times in order. value_count: newest time and oldest bound. temporal: pairs of time and rule, in order.
   * measures: pairs of time and value, in order. closing: start and count. Behind the two, a pair for each of the values.
   */
  times: number[];
  /** Different values, where they are counted. */
  values: string[] | null;
  /** Pairs of an offset and the number of its source: one, or a ring of five and how many were noted. */
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

/** The plan of a correlation's windows. */
export function planOf(rule: CorrelationRule, slot: number): WindowPlan {
  let room = Math.max(1, 2 * rule.threshold);
  for (const { value } of rule.bounds) room = Math.max(room, Math.ceil(value) + 2);
  return {
    rule,
    slot,
    room,
    capped: rule.bounds.some(({ op }) => op !== 'gte' && op !== 'gt'),
    guess: 0,
    present: new Uint8Array(rule.rules.length),
    gates: [],
  };
}

/** Up to this length arrays have exactly the room they need: a pushed one has half as much more, and sixteen. */
const EXACT = 8;
const NONE: number[] = [];
const NO_VALUES: string[] = [];

/** The numbers with one more at their end; maybe another array. Not shared with texts: V8 keeps numbers unboxed only in code that sees nothing else. */
export function withNumber(numbers: number[], number: number): number[] {
  if (numbers.length < EXACT) return [...numbers, number];
  numbers.push(number);
  return numbers;
}

/** The numbers with two more at their end; maybe another array. */
export function withPair(numbers: number[], one: number, other: number): number[] {
  if (numbers.length < EXACT) return [...numbers, one, other];
  numbers.push(one, other);
  return numbers;
}

/** The texts with one more at their end; maybe another array. */
export function withText(texts: string[], text: string): string[] {
  if (texts.length < EXACT) return [...texts, text];
  texts.push(text);
  return texts;
}

/** An empty window. */
export function createWindow({ rule, slot }: WindowPlan): WindowState {
  return { slot, times: NONE, values: rule.kind === 'value_count' ? NO_VALUES : null, evidence: NONE, firedAt: 0 };
}

/** Notes a line as evidence; the oldest gives way. */
export function addEvidence(state: WindowState, offset: number, origin: number): void {
  const { evidence } = state;
  if (evidence.length === RING + 1) {
    const noted = evidence[RING]!;
    // Whole numbers: the remainder of what might be a fraction is slow.
    const at = 2 * ((noted >>> 0) % MAX_EVIDENCE);
    evidence[at] = offset;
    evidence[at + 1] = origin;
    evidence[RING] = noted + 1;
  } else if (evidence.length === 0) state.evidence = [offset, origin];
  // Most groups never see a second event: room for all is made when one does.
  else state.evidence = [evidence[0]!, evidence[1]!, offset, origin, 0, 0, 0, 0, 0, 0, 2];
}

/** The evidence of a window, oldest first, by the given way of naming a place. */
export function evidenceOf<Ref>({ evidence }: WindowState, refOf: (offset: number, origin: number) => Ref): Ref[] {
  const noted = evidence[RING] ?? evidence.length / 2;
  const refs: Ref[] = [];
  for (let n = Math.max(0, noted - MAX_EVIDENCE); n < noted; n++) {
    const at = 2 * (n % MAX_EVIDENCE);
    refs.push(refOf(evidence[at]!, evidence[at + 1]!));
  }
  return refs;
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
