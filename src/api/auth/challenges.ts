/** Challenges that passkeys sign: random, for one purpose, good once and for three minutes, so many and no more. */
import { randomBytes } from 'node:crypto';
import { formatNetwork, parseNetwork, widen } from '../../kit/cidr.ts';

/** How long one is good, ms. */
export const CHALLENGE_MS = 3 * 60_000;
const MAX_EACH = 10;
const MAX_ALL = 2_000;

/** What a challenge was given out for. */
export interface Purpose {
  /** `register` and `second` belong to a user who proved the password; `alone` to nobody yet. */
  readonly kind: 'register' | 'second' | 'alone';
  readonly user: string | null;
  readonly rp: string;
  /** What a key that is being made will call its owner. */
  readonly handle?: string;
}
/** The challenges given out. */
export interface Challenges {
  /** A new one. The oldest of the same user, or of the same network where there is no user, gives way. */
  issue(purpose: Purpose, address: string): string;
  /** What it was for, once; null for one that is used, too old, or none. */
  take(challenge: string): Purpose | null;
}

/** Challenges over a clock, kept in memory: a restart only means asking anew. */
export function createChallenges(now: () => number): Challenges {
  interface Given {
    readonly purpose: Purpose;
    readonly whose: string;
    readonly until: number;
  }
  /** Strangers cannot push out what was given to those who know a password. */
  const pools = { known: new Map<string, Given>(), strangers: new Map<string, Given>() };

  function makeRoom(pool: Map<string, Given>, whose: string): void {
    const mine: string[] = [];
    for (const [challenge, given] of pool) {
      if (given.until <= now()) pool.delete(challenge);
      else if (given.whose === whose) mine.push(challenge);
    }
    for (const challenge of mine.slice(0, Math.max(0, mine.length - MAX_EACH + 1))) pool.delete(challenge);
    if (pool.size >= MAX_ALL) pool.delete(pool.keys().next().value!);
  }

  return {
    issue(purpose, address) {
      const pool = purpose.user === null ? pools.strangers : pools.known;
      const whose = purpose.user ?? networkOf(address);
      makeRoom(pool, whose);
      const challenge = randomBytes(32).toString('base64url');
      pool.set(challenge, { purpose, whose, until: now() + CHALLENGE_MS });
      return challenge;
    },
    take(challenge) {
      for (const pool of [pools.known, pools.strangers]) {
        const given = pool.get(challenge);
        if (given === undefined) continue;
        pool.delete(challenge);
        return given.until > now() ? given.purpose : null;
      }
      return null;
    },
  };
}

/** An IPv6 visitor has a whole /64. */
function networkOf(address: string): string {
  const network = parseNetwork(address);
  return network === null ? address : formatNetwork(widen(network, network.family === 4 ? 32 : 64));
}
