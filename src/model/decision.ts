/** A decision: what to do about an address, for how long, and who said so. */

/** Who asked. Everything passes the same door. */
export type DecisionOrigin = 'rule' | 'cli' | 'api' | 'feed' | 'fleet';

/** `pending`: accepted, not proved. `applied`: read back from the enforcer. `observed`: would have been applied. */
export type DecisionState = 'pending' | 'applied' | 'failed' | 'observed' | 'expired' | 'revoked';

/** One ban. */
export interface Decision {
  readonly id: string;
  readonly action: 'ban';
  /** Canonical address or CIDR (`203.0.113.7`, `2001:db8:1:2::/64`). */
  readonly ip: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly seconds: number;
  /** at + seconds * 1000 */
  readonly expiresAt: number;
  readonly origin: DecisionOrigin;
  /** Rule id, or null for a manual ban. */
  readonly rule: string | null;
  /** Detection id, or null. */
  readonly detection: string | null;
  /** What a person is told, plain text. */
  readonly reason: string;
  /** How many bans of this address came before (escalation). */
  readonly offence: number;
}

/** A decision that the door refused, kept so that `why` can say so. */
export interface Refusal {
  readonly ip: string;
  readonly at: number;
  readonly rule: string | null;
  readonly detection: string | null;
  /** Stable code: `allowlist`, `own-address`, `gateway`, `resolver`, `open-session`, `rate-cap`, `active`, `prefix-too-wide`, `trusted-proxy`, `recent-login`, `shared-address`, `share-cap`, `total-cap`, `seen-clients`, `likely-proxy`, `special-range`, `expired`, `no-address`. */
  readonly code: string;
  /** What exactly protected it, e.g. the allowlist entry. */
  readonly detail: string;
}
