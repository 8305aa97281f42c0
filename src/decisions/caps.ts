/** The caps: above one bekci only alerts, and says so loudly. What bit, when and how often is kept for health and metrics. */
import type { Log } from '../kit/log.ts';

const MINUTE = 60_000;

/** One cap as it stands. */
export interface CapState {
  /** `rate` bans a minute, `total` bans at once, `clients` share of the served clients, `prefix` widest network. */
  readonly cap: CapName;
  readonly limit: number;
  /** How much of it is used now; for `prefix` nothing is used up. */
  readonly used: number;
  /** Bans refused because of it since the start. */
  readonly refused: number;
  /** When it last bit, ms since the epoch; null when it never did. */
  readonly lastAt: number | null;
}

/** Names of the caps. */
export type CapName = 'rate' | 'total' | 'clients' | 'prefix';

const MESSAGES: Readonly<Record<CapName, string>> = {
  rate: 'ban rate cap reached: only alerting now (decisions.bans_per_minute)',
  total: 'most bans at one time reached: only alerting now (decisions.max_active)',
  clients: 'bans would shut out too many of the clients served lately: only alerting now (decisions.max_share)',
  prefix: 'a network wider than allowed was to be banned: refused (decisions.widest_ipv4, widest_ipv6)',
};

/** Counts bans and tells when a cap bites. */
export interface Caps {
  /** A ban was accepted now. */
  count(): void;
  /** True when one more ban this minute would be too many. */
  overRate(): boolean;
  /** A cap bit: counted, and told at most once a minute. */
  bit(cap: CapName): void;
  /** State of one cap. */
  stateOf(cap: CapName, limit: number, used: number): CapState;
  /** Bans accepted within the last minute. */
  readonly lastMinute: number;
}

/** Caps that have not bitten yet. */
export function createCaps(bansPerMinute: number, now: () => number, log: Log): Caps {
  // A ring: at most `bansPerMinute` times are of interest.
  const times: number[] = [];
  const bites = new Map<CapName, { refused: number; lastAt: number; toldAt: number }>();

  function lastMinute(): number {
    let old = 0;
    while (old < times.length && (times[old]! <= now() - MINUTE || times[old]! > now())) old++;
    if (old > 0) times.splice(0, old);
    return times.length;
  }

  return {
    count() {
      lastMinute();
      times.push(now());
    },
    overRate: () => lastMinute() >= bansPerMinute,
    bit(cap) {
      const seen = bites.get(cap) ?? { refused: 0, lastAt: 0, toldAt: Number.NEGATIVE_INFINITY };
      bites.set(cap, seen);
      seen.refused++;
      seen.lastAt = now();
      if (now() - seen.toldAt <= MINUTE) return;
      seen.toldAt = now();
      log('error', MESSAGES[cap], { cap, refused: seen.refused });
    },
    stateOf(cap, limit, used) {
      const seen = bites.get(cap);
      return { cap, limit, used, refused: seen?.refused ?? 0, lastAt: seen?.lastAt ?? null };
    },
    get lastMinute() {
      return lastMinute();
    },
  };
}
