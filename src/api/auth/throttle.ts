/**
 * Slows down guessing. An attempt is counted before the password is looked at, synchronously, so a thousand at once are no
 * better than one after another; success gives the count back.
 */

const FREE = 5;
const FIRST_WAIT_MS = 1_000;
const MAX_WAIT_MS = 60_000;
const FORGET_MS = 15 * 60_000;
const MAX_KEYS = 20_000;

interface Count {
  failures: number;
  blockedUntil: number;
  lastAt: number;
}

/** Counts attempts by account and by address. */
export interface Throttle {
  /** Milliseconds to wait, or 0: then the attempt is counted for every key. */
  begin(keys: readonly string[]): number;
  succeeded(keys: readonly string[]): void;
  /** Takes this one attempt back, and none before it: half of a sign-in was right. */
  giveBack(keys: readonly string[]): void;
}

/** A throttle over a clock. */
export function createThrottle(now: () => number): Throttle {
  const counts = new Map<string, Count>();

  function countOf(key: string): Count {
    const known = counts.get(key);
    if (known !== undefined && now() - known.lastAt < FORGET_MS) return known;
    const fresh = { failures: 0, blockedUntil: 0, lastAt: now() };
    counts.delete(key);
    counts.set(key, fresh);
    if (counts.size > MAX_KEYS) counts.delete(counts.keys().next().value!);
    return fresh;
  }

  return {
    begin(keys) {
      const mine = keys.map(countOf);
      const wait = Math.max(0, ...mine.map((each) => each.blockedUntil - now()));
      if (wait > 0) return wait;
      for (const each of mine) {
        each.failures++;
        each.lastAt = now();
        if (each.failures >= FREE)
          each.blockedUntil = now() + Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(10, each.failures - FREE));
      }
      return 0;
    },
    succeeded(keys) {
      for (const key of keys) counts.delete(key);
    },
    giveBack(keys) {
      for (const key of keys) {
        const known = counts.get(key);
        if (known === undefined) continue;
        known.failures = Math.max(0, known.failures - 1);
        // It was let through, so nothing blocked before it.
        known.blockedUntil = 0;
      }
    },
  };
}
