/** The contract of the store: what is kept, and the one transaction that keeps it together. */
import type { StateEntry } from '../kit/state.ts';
import type { Alert } from '../model/alert.ts';
import type { Decision, DecisionState, Refusal } from '../model/decision.ts';
import type { StoredDetection } from '../model/detection.ts';
import type { Checkpoint } from '../model/line.ts';

/** Everything one stretch of lines changed. Written whole or not at all. */
export interface Commit {
  readonly detections: readonly StoredDetection[];
  readonly decisions: readonly DecisionRecord[];
  readonly refusals: readonly Refusal[];
  readonly alerts: readonly QueuedAlert[];
  /** Source id to resume point. */
  readonly checkpoints: ReadonlyMap<string, Checkpoint>;
  /** Owner's name to what it remembers anew. */
  readonly state: ReadonlyMap<string, readonly StateEntry[]>;
}

/** A decision with what became of it. */
export interface DecisionRecord extends Decision {
  readonly state: DecisionState;
  /** Why it failed or waits, or null. */
  readonly error: string | null;
  readonly attempts: number;
}

/** An alert on its way to one notifier. */
export interface QueuedAlert {
  readonly id: string;
  readonly notifier: string;
  readonly alert: Alert;
  readonly attempts: number;
  /** Milliseconds since the epoch before which it is not tried. */
  readonly nextAt: number;
}

/** What `why` and the lists ask for. Newest first. */
export interface ListOptions {
  /** Only about this entity value (address, user). */
  readonly entity?: string;
  readonly limit?: number;
  /** Only active decisions at this moment. */
  readonly activeAt?: number;
  /** Only decisions in this state. */
  readonly state?: DecisionState;
}

/** Durable memory. Every call is synchronous; writes are atomic. */
export interface Store {
  commit(change: Commit): void;
  checkpoints(): Map<string, Checkpoint>;
  state(owner: string): Iterable<{ readonly key: string; readonly value: string }>;
  /** Owners of state whose name begins like this, in order. */
  stateOwners(prefix: string): string[];

  detections(options: ListOptions): StoredDetection[];
  decisions(options: ListOptions): DecisionRecord[];
  /** Active decisions at a moment, one after the other: there may be very many. */
  activeDecisions(at: number): Iterable<DecisionRecord>;
  refusals(options: ListOptions): Refusal[];
  /** How many bans of this address began after `since`. */
  priorBans(ip: string, since: number): number;
  /** Records what became of decisions. */
  setDecisionState(
    changes: readonly { readonly id: string; readonly state: DecisionState; readonly error: string | null }[],
  ): void;
  /** Adds one decision outside the spine (command line, API). */
  addDecision(decision: DecisionRecord): void;

  /** Alerts due at `now`, oldest first; of one notifier where it is named. */
  dueAlerts(now: number, limit: number, notifier?: string): QueuedAlert[];
  alertSent(id: string, notifier: string): void;
  alertFailed(id: string, notifier: string, nextAt: number, error: string): void;
  /** Given up for good; kept apart so that it can be seen. */
  alertDead(id: string, notifier: string, error: string): void;
  counts(): StoreCounts;
  /** Bans that are not in force though they should be at this moment. */
  unsettled(now: number): Unsettled;
  /** Deletes what ended before this moment. Active decisions stay. */
  prune(before: number): void;
  close(): void;
}

/** Bans that wait or failed; counted up to a thousand. */
export interface Unsettled {
  readonly pending: number;
  /** Id of the pending one that was decided first, or null. */
  readonly oldest: string | null;
  readonly failed: number;
}

/** Row counts, for status and metrics. */
export interface StoreCounts {
  readonly detections: number;
  readonly decisions: number;
  readonly alertsWaiting: number;
  readonly alertsDead: number;
}
