/** A wish to ban, and the two things that come of it: a record or a refusal. */
import { hash, randomUUID } from 'node:crypto';
import type { DecisionOrigin } from '../model/decision.ts';
import type { BanGrowth } from '../model/detection.ts';
import type { DecisionRecord } from '../store/store.ts';
import type { Refused } from './door.ts';

/** Who is to be banned, for how long, and by whom. */
export interface Wish {
  readonly ip: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly baseSeconds: number;
  readonly escalates: boolean;
  /** How the rule itself wants its bans to grow. */
  readonly growth?: BanGrowth | undefined;
  readonly origin: DecisionOrigin;
  readonly rule: string | null;
  readonly detection: string | null;
  readonly reason: string;
  /** The rule is only observed: nobody is banned, and no cap is used up. */
  readonly observe: boolean;
  /** Not to end before this, ms since the epoch. */
  readonly until?: number;
}

/** The refusal of a wish. */
export function refuse(wish: Wish, code: string, detail: string): Refused {
  const { ip, at, rule, detection } = wish;
  return { refusal: { ip, at, rule, detection, code, detail } };
}

/** The record of an accepted wish. The id of a rule's ban is deterministic, so that reading a line twice bans once. */
export function recordOf(
  wish: Wish,
  made: { readonly ip: string; readonly seconds: number; readonly offence: number; readonly isReal: boolean },
): DecisionRecord {
  const id = wish.detection === null ? randomUUID() : hash('sha256', `${wish.detection}\0${made.ip}`).slice(0, 24);
  return {
    id,
    action: 'ban',
    ip: made.ip,
    at: wish.at,
    seconds: made.seconds,
    expiresAt: wish.at + made.seconds * 1000,
    origin: wish.origin,
    rule: wish.rule,
    detection: wish.detection,
    reason: wish.reason,
    offence: made.offence,
    state: made.isReal ? 'pending' : 'observed',
    error: null,
    attempts: 0,
  };
}
