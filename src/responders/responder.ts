/** The contract of responders: put a ban where packets meet it, take it away, and say what is really there. */
import type { AppError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';

/** One address to shut out until a moment. */
export interface Ban {
  readonly decision: string;
  /** Canonical address or CIDR. */
  readonly ip: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly reason: string;
}

/** What came of one ban. `applied` means it was read back, or the remote side confirmed it. */
export type ApplyResult =
  | { readonly ip: string; readonly ok: true }
  | { readonly ip: string; readonly ok: false; readonly error: AppError };

/** What a responder is given. */
export interface ResponderContext {
  readonly log: Log;
  readonly now: () => number;
}

/** Puts bans in force. All calls are idempotent; calls never overlap (the outbox serialises them). */
export interface Responder {
  readonly id: string;
  /** Most bans it takes well in one call; 1000 when it does not say. */
  readonly batch?: number;
  /** Can it work here (binary there, right to use it, URL reachable)? Null, or the error to show. Must not change anything. */
  check(signal: AbortSignal): Promise<AppError | null>;
  apply(bans: readonly Ban[], signal: AbortSignal): Promise<ApplyResult[]>;
  revoke(ips: readonly string[], signal: AbortSignal): Promise<ApplyResult[]>;
  /** What is really in force, or null if the other side cannot be asked. `expiresAt` null where it does not know. */
  list(signal: AbortSignal): Promise<readonly { readonly ip: string; readonly expiresAt: number | null }[] | null>;
  /** Lifts everything this responder ever put in force. */
  flush(signal: AbortSignal): Promise<void>;
  /** Proves for the canary that the other side takes and keeps an element, without shutting anybody out. Null, or the error. */
  prove?(signal: AbortSignal): Promise<AppError | null>;
  /** Packets of this very ban that were dropped so far; null when it is not in force or nobody counts. */
  droppedOf?(ip: string, signal: AbortSignal): Promise<number | null>;
  /** Figures for metrics as of the last `list`, e.g. packets dropped. */
  stats?(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}
