/** Everything known of one address, network or user, and why nothing was done where nothing was: what the three writings of `why` tell. */
import type { Progress } from '../../detectors/sigma/progress.ts';
import type { MessageKey } from '../../kit/messages/messages.ts';
import type { Refusal } from '../../model/decision.ts';
import type { Level, StoredDetection } from '../../model/detection.ts';
import type { LineRef } from '../../model/line.ts';
import type { FieldValue } from '../../model/log-event.ts';
import type { AuditRow } from '../../store/api-store.ts';
import type { DecisionRecord } from '../../store/store.ts';

/** A text of the dictionary with its parameters. */
export interface Words {
  readonly key: MessageKey;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What one line says to bekci. */
export interface LineReading {
  readonly text: string;
  /** Null when no decoder understands it. */
  readonly fields: Readonly<Record<string, FieldValue>> | null;
  readonly rules: readonly {
    readonly id: string;
    readonly title: string;
    readonly level: Level;
    readonly role: 'alert' | 'evidence';
    /** Correlations that count it. */
    readonly feeds: readonly { readonly title: string; readonly needed: number; readonly seconds: number }[];
  }[];
}

/** Lines that name the entity though nothing was detected. */
export interface Mentions {
  readonly files: readonly string[];
  /** How many lines name it; counted up to a bound. */
  readonly lines: number;
  readonly undecoded: number;
  /** Understood, but it does not stand there as who did it. */
  readonly elsewhere: number;
  /** Understood, and no rule asks for such a line. */
  readonly unasked: number;
  readonly counted: number;
  readonly samples: readonly LineReading[];
}

/** One window with the lines it rests on, as far as they can still be read. */
export type Counting = Progress & { readonly lines: readonly string[] };

/** The whole of it. */
export interface Incident {
  readonly entity: string;
  readonly kind: 'address' | 'network' | 'user';
  /** When it was gathered, ms since the epoch. */
  readonly at: number;
  readonly host: string;
  /** The daemon's mode if one runs, else the configured one. */
  readonly mode: 'observe' | 'enforce';
  readonly running: boolean;
  /** The line that was asked about, if it was one. */
  readonly line: LineReading | null;
  /** One true sentence. */
  readonly verdict: Words;
  /** Why nothing was done, or no more; empty when somebody is shut out. */
  readonly reasons: readonly Words[];
  readonly detections: readonly StoredDetection[];
  readonly decisions: readonly DecisionRecord[];
  readonly refusals: readonly Refusal[];
  readonly audit: readonly AuditRow[];
  readonly counting: readonly Counting[];
  /** Address or network of a ban in force to the packets it dropped so far, where the kernel counts them. */
  readonly dropped: Readonly<Record<string, number>>;
  readonly mentions: Mentions | null;
}

/** Where a line of evidence can be read again. */
export type ReadLine = (ref: LineRef, mustHold: string) => string | null;
