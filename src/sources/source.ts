/** The contract of a source: something that yields lines and can go on where it stopped. */
import type { Log } from '../kit/log.ts';
import type { Checkpoint, LineBatch, LineRef, SourceRef } from '../model/line.ts';

/** What a source is doing. `waiting`: its origin is not there yet. `lost`: it was there and is gone or unreadable. */
export type SourceState = 'waiting' | 'reading' | 'lost';

/** A source's own account of itself. */
export interface SourceHealth {
  readonly state: SourceState;
  /** Bytes (or entries) known to be unread; 0 when caught up. */
  readonly lag: number;
  readonly rotations: number;
  /** Lines cut because they were longer than the bound. */
  readonly truncated: number;
  /** What is wrong, for people, or null. */
  readonly problem: string | null;
  /** Further running totals by what was counted: `dropped`, `malformed`, `refused` ... */
  readonly counts?: Readonly<Record<string, number>>;
  /** What there is now: `connections`, `files`, `containers` ... */
  readonly levels?: Readonly<Record<string, number>>;
}

/** What a source is given. */
export interface SourceContext {
  readonly log: Log;
  readonly now: () => number;
}

/** Something that yields lines. */
export interface Source {
  readonly ref: SourceRef;
  /**
   * Yields batches until the signal aborts. The next batch is read only when the one before has been taken, so a slow
   * engine makes the source wait. Never throws for an origin that is missing or unreadable: it waits and says so in health().
   */
  read(resume: Checkpoint | null, signal: AbortSignal): AsyncIterable<LineBatch>;
  health(): SourceHealth;
  /** The text of a line read earlier, if it can still be found cheaply, for evidence. */
  textAt(ref: LineRef): string | null;
  /** Everything up to this checkpoint is on disk: an origin that waits for that may be told. Never throws. */
  committed?(checkpoint: Checkpoint): void;
}

/** The source that a stream's name belongs to: `SOURCE` of `SOURCE#STREAM`. */
export function sourceOfStream(id: string): string {
  const at = id.indexOf('#');
  return at < 0 ? id : id.slice(0, at);
}
