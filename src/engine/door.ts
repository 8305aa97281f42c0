/** The door as the engine sees it: every wish to ban passes here, whoever has it. */
import type { DecisionOrigin, Refusal } from '../model/decision.ts';
import type { StoredDetection } from '../model/detection.ts';
import type { LogEvent } from '../model/log-event.ts';
import type { DecisionRecord } from '../store/store.ts';

/** What the door answered. */
export type DoorAnswer = { readonly decision: DecisionRecord } | { readonly refusal: Refusal };

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
  /**
   * Every event passes by: who logged in, who was served. Synchronous and cheap. Answers about a detection that was forgiven
   * before and, with this event, is so no more.
   */
  notice(event: LogEvent): { readonly detection: StoredDetection; readonly answer: DoorAnswer } | null;
  /** Active decisions that ended by now; they are forgotten as active. */
  expire(now: number): readonly DecisionRecord[];
  /** Active decisions about exactly this address or prefix; they are forgotten as active. */
  lift(ip: string): readonly DecisionRecord[];
  active(): readonly DecisionRecord[];
  readonly activeCount: number;
}
