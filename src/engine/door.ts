/** The door as the engine sees it: every wish to ban passes here, whoever has it. */
import type { CapState } from '../decisions/caps.ts';
import type { DecisionOrigin, Refusal } from '../model/decision.ts';
import type { StoredDetection } from '../model/detection.ts';
import type { LogEvent } from '../model/log-event.ts';
import type { DecisionRecord } from '../store/store.ts';

/** A ban accepted, with what became of the wider network that it completed the evidence against. */
export interface Accepted {
  readonly decision: DecisionRecord;
  readonly wider?: Accepted | Refused;
}

/** A ban refused. */
export interface Refused {
  readonly refusal: Refusal;
}

/** What the door answered. */
export type DoorAnswer = Accepted | Refused;

/** A wish to ban that no rule made. */
export interface ManualBan {
  readonly ip: string;
  readonly seconds: number;
  readonly reason: string;
  readonly origin: DecisionOrigin;
}

/** Accepts or refuses, and remembers what is active. */
export interface Door {
  /** Null when the detection asks for no ban. */
  consider(detection: StoredDetection): DoorAnswer | null;
  manual(wish: ManualBan): DoorAnswer;
  /** Why nobody may ban this address now, or null. Asks only: nothing is counted. */
  protection(ip: string): { readonly code: string; readonly detail: string } | null;
  /**
   * Every event passes by: who logged in, who was served. Synchronous and cheap. Answers about a detection that was forgiven
   * before and, with this event, is so no more.
   */
  notice(event: LogEvent): { readonly detection: StoredDetection; readonly answer: DoorAnswer } | null;
  /** Active decisions that ended by now; they are forgotten as active. */
  expire(now: number): readonly DecisionRecord[];
  /** Active decisions that cover the address or network or lie in it; they are forgotten as active. */
  lift(ip: string): readonly DecisionRecord[];
  /** Every ban in force or on its way; forgotten as active. What was observed stays. */
  liftAll(): readonly DecisionRecord[];
  /** This network's ban is in force now: the narrower bans of rules that it makes needless; they are forgotten as active. */
  replacedBy(ip: string): readonly DecisionRecord[];
  active(): readonly DecisionRecord[];
  readonly activeCount: number;
  /** The caps as they stand, for health and metrics. */
  caps(): readonly CapState[];
  /** Addresses that all web traffic seems to come from: probably proxies that are not listed. */
  likelyProxies(): readonly string[];
}

/** All records and refusals of an answer, the wider network's included. */
export function flattenAnswer(answer: DoorAnswer | null): { decisions: DecisionRecord[]; refusals: Refusal[] } {
  const decisions: DecisionRecord[] = [];
  const refusals: Refusal[] = [];
  for (let next: DoorAnswer | undefined = answer ?? undefined; next !== undefined; ) {
    if ('refusal' in next) {
      refusals.push(next.refusal);
      next = undefined;
    } else {
      decisions.push(next.decision);
      next = next.wider;
    }
  }
  return { decisions, refusals };
}
