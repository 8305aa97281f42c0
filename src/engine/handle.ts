/** The engine's public handle: what the API, the command line and the live view may ask of a running engine. */
import type { CapState } from '../decisions/caps.ts';
import type { Alarm } from '../model/alarm.ts';
import type { CanaryStatus } from '../model/canary.ts';
import type { StoredDetection } from '../model/detection.ts';
import type { SourceHealth } from '../sources/source.ts';
import type { DecisionRecord, StoreCounts, Unsettled } from '../store/store.ts';
import type { EnforcerProblem } from './enforcer.ts';

/** `observe` decides and tells but blocks nobody. */
export type Mode = 'observe' | 'enforce';

/** Who disarmed it. */
export interface Disarmed {
  readonly by: 'panic' | 'trial';
  /** Ms since the epoch. */
  readonly at: number;
}

/** One source as status shows it. */
export interface SourceStatus extends SourceHealth {
  readonly id: string;
  readonly lines: number;
  readonly decoded: number;
  /** Decoded lines whose message a decoder knew: what falls when a format changes inside its envelope. */
  readonly told: number;
  /** Time of its newest event, ms since the epoch, or null. */
  readonly lastEventAt: number | null;
  /** Clock of the log minus ours in ms, where it is plainly off; null when fine or unknown. */
  readonly clockSkewMs: number | null;
  /** Share of the last minutes' lines that became an event, 0 to 1; null without lines. */
  readonly decodedShare: number | null;
  /** Age of the newest event read while more is waiting, in seconds; 0 when caught up. */
  readonly lagSeconds: number;
  /** Lines counted over all runs. */
  readonly linesEver: number;
}

/** A snapshot of the running engine. */
export interface Status {
  readonly version: string;
  readonly mode: Mode;
  /** Set while it observes although it is asked to block. */
  readonly disarmed: Disarmed | null;
  /** Seconds until an unconfirmed trial ends in lifting everything; null without one. */
  readonly trialLeft: number | null;
  /** Why the dashboard, /health and /metrics are not served although they should be, or null. */
  readonly pageProblem: string | null;
  /** Process id, for those who look at its rights. */
  readonly pid: number;
  readonly startedAt: number;
  readonly now: number;
  readonly healthy: boolean;
  /** What is wrong now, in plain words, worst first. */
  readonly problems: readonly string[];
  /** What is not wrong but wants a look, in plain words. */
  readonly warnings: readonly string[];
  /** Alarms that are raised, red ones first. */
  readonly alarms: readonly Alarm[];
  /** Null when it does not fly. */
  readonly canary: CanaryStatus | null;
  readonly lines: number;
  readonly decoded: number;
  readonly detections: number;
  readonly faults: number;
  readonly linesPerSecond: number;
  readonly activeDecisions: number;
  readonly sources: readonly SourceStatus[];
  readonly enforcers: readonly EnforcerProblem[];
  readonly store: StoreCounts;
  /** Size figures of the detectors. */
  readonly detectors: Readonly<Record<string, number>>;
  /** Responder id to its figures, e.g. packets dropped. */
  readonly responders: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Notifiers that fail now, id to error. */
  readonly notifiers: Readonly<Record<string, string>>;
  readonly alerts: { readonly sent: number; readonly failed: number };
  /** Notes about bans and alerts that wait for a store that does not write. */
  readonly unwritten: number;
  readonly storeWrites: boolean;
  /** Why it does not write, or null. */
  readonly storeProblem: string | null;
  /** Bans that should be in force and are not. */
  readonly unsettled: Unsettled;
  /** The caps on bans as they stand. */
  readonly caps: readonly CapState[];
  /** Addresses that all web requests come through: probably proxies. */
  readonly proxies: readonly string[];
  /** Source id to why it broke, until it yields lines again. */
  readonly stopped: Readonly<Record<string, string>>;
  /** How often the machine's clock was set forward or back since start. */
  readonly clockJumps: number;
  /** Drift between decisions and firewall mended since start. */
  readonly mended: { readonly applied: number; readonly revoked: number };
  readonly rssBytes: number;
}

/** Answer to a wish to ban. */
export type BanAnswer =
  | { readonly ok: true; readonly decision: DecisionRecord }
  | { readonly ok: false; readonly code: string; readonly detail: string };

/** What may be asked of a running engine. */
export interface EngineHandle {
  status(): Status;
  recentDetections(limit: number): readonly StoredDetection[];
  activeDecisions(limit: number): readonly DecisionRecord[];
  /** A ban by hand. Passes the same door as every other. */
  ban(ip: string, seconds: number, reason: string, origin?: 'cli' | 'api'): BanAnswer;
  /** Why a ban of this address would be refused now, or null. */
  protection(ip: string): { readonly code: string; readonly detail: string } | null;
  /** Packets that the ban of this very address or network dropped so far; null when nobody counts. */
  droppedOf(ip: string): Promise<number | null>;
  /** Lifts the active bans of an address; how many there were. */
  unban(ip: string): number;
  /** The same, telling which. */
  lift(ip: string): readonly DecisionRecord[];
  /** Ends the trial after arming; false when there was none. */
  confirm(): boolean;
  /** Lifts everything and observes from now on; how many were lifted. */
  panic(by?: Disarmed['by']): Promise<number>;
}
