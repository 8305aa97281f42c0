/** Where lines come from, and what one line is: raw text plus the place it was read at. */
import type { Fields } from './log-event.ts';

/** One origin of lines as the rest of the program knows it. */
export interface SourceRef {
  /**
   * Stable name, unique in the configuration: `file:/var/log/auth.log`, `journald`. A source of many streams (peers, containers,
   * files of a pattern) gives each its own, `SOURCE#STREAM`, so that each has its own memory of sessions.
   */
  readonly id: string;
  /** Label for bare messages that name no program themselves (`--program`), or null. */
  readonly program: string | null;
  /** IANA zone of stamps without one, or null for the machine's own zone. */
  readonly timezone: string | null;
  /** What is known of the sender whatever the line says, or absent. */
  readonly origin?: Origin;
}

/** What the source itself saw of whoever wrote the lines: a peer's address, a container's name. */
export interface Origin {
  /** Fields that every event of it gets, over those the line claims. */
  readonly fields: Fields;
  /** Host of its events in the place of the one the line claims, which becomes `log.syslog.hostname`; null believes the line. */
  readonly host: string | null;
}

/**
 * Lines read together, as parallel arrays so that a line costs no object. All lines of a batch come from one generation
 * (one inode, one journal boot) of one source.
 */
export interface LineBatch {
  readonly source: SourceRef;
  /** Identity of what was read: same file content, same generation, also after a restart or a rename. */
  readonly generation: string;
  readonly texts: readonly string[];
  /** Position of the first byte of each line in its generation (bytes for files, a counter elsewhere). */
  readonly offsets: readonly number[];
  /**
   * The bytes that lines of pure ASCII were cut from, position `bytesAt` first; they are another's as soon as the next batch is asked
   * for. Lines that begin before them, and all lines where it is null or absent, have only their text.
   */
  readonly bytes?: Uint8Array | null;
  readonly bytesAt?: number;
  /** Lines of this stretch that were passed over because no rule could ask about them. */
  readonly passed?: number;
  /** Resume point after the last line. JSON-serialisable and opaque to everyone but the source. */
  readonly checkpoint: Checkpoint;
  /** Milliseconds since the epoch that give stamps without a year their year (the file's mtime, or the time of reading). */
  readonly readAt: number;
}

/** What a source needs to go on reading after a restart. */
export type Checkpoint = Readonly<Record<string, string | number | boolean | null>>;

/** The place of one line, enough to find it again and to make an id from. */
export interface LineRef {
  readonly source: string;
  readonly generation: string;
  readonly offset: number;
}
