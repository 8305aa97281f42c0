/** Pairs of a time and a number, in order of time, as one flat array: what temporal correlations and measures keep. */
import { type Hit, type WindowLimits, type WindowState, withPair } from './window.ts';

/** Puts a time (and what belongs to it) where it belongs; its index. */
export function insertPair(state: WindowState, time: number, what: number): number {
  const pairs = state.times;
  let at = pairs.length;
  while (at > 0 && pairs[at - 2]! > time) at -= 2;
  if (at < pairs.length) pairs.splice(at, 0, time, what);
  else state.times = at === 0 ? [time, what] : withPair(pairs, time, what);
  return at;
}

/** Time of the newest pair once this hit is among them. Null, and counted, for a hit that comes too late for every window. */
export function newestWith(
  pairs: readonly number[],
  timespanMs: number,
  { time }: Hit,
  limits: WindowLimits,
): number | null {
  const newest = pairs.length === 0 ? time : Math.max(time, pairs[pairs.length - 2]!);
  if (time > newest - timespanMs - limits.latenessMs) return newest;
  limits.late++;
  return null;
}

/** Drops pairs that are too old for every window a late event may still join. */
export function dropOldPairs(pairs: number[], oldest: number): void {
  let drop = 0;
  while (drop < pairs.length && pairs[drop]! <= oldest) drop += 2;
  if (drop > 0) pairs.splice(0, drop);
}
