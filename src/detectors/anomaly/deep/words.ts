/** What the watch and the thread of deep models say to each other. */

/** A model somebody brings, as the thread is told of it. */
export interface OwnModel {
  readonly name: string;
  readonly file: string;
  /** Numbers in a row. */
  readonly width: number;
  readonly output: string | null;
  readonly lowerIsStranger: boolean;
}

/** What the thread is made with. */
export interface DeepTask {
  /** Whether sessions are learned. */
  readonly sequences: boolean;
  readonly own: readonly OwnModel[];
  /** Module of the ONNX runtime. */
  readonly runtime: string;
  /** Sessions of one program before it may be called unusual. */
  readonly learnSessions: number;
  /** How old a network may grow, ms on the log's clock. */
  readonly retrainMs: number;
  /** Findings a day that the budget foresees, of sessions and of own models. */
  readonly riskOfSessions: number;
  readonly riskOfOwn: number;
  /** What was learned before, by key. */
  readonly known: readonly (readonly [string, string])[];
}

/** The session ended of itself: it may be learned, its end is judged. */
export const ENDED = -1;
/** It ended and must not be learned: somebody accused it, or it taught enough. */
export const ENDED_UNTAUGHT = -2;
/** It is let go of without a word: too long, or some of its events were dropped. */
export const LEFT = -3;
/** Added to the program's number: the session may have begun before it was watched. */
export const EARLY = 2 ** 33;
/** Numbers an event takes in a batch: session, template, program's number. */
export const EVENT_WIDTH = 3;

/** A batch for the thread. */
export interface DeepBatch {
  /** Time of the newest line, ms since the epoch, on the log's clock. */
  readonly time: number;
  /** Triples: session number, template's hash (or one of the words above), hash of the program. */
  readonly events: Float64Array;
  /** Rows for own models, one after another. */
  readonly rows: readonly {
    readonly model: number;
    readonly id: number;
    readonly teaches: boolean;
    readonly row: Float64Array;
  }[];
}

/** Asks the thread to hand out what it learned, for Bekçi is about to stop. */
export const KEEP = 'keep';

/** A session that goes on as none did. */
export interface OddSession {
  readonly session: number;
  /** Hash of what came, 0 for the end of the session; and of what stood before it, 0 for the beginning. */
  readonly symbol: number;
  readonly before: number;
  /** How many events the session had before it. */
  readonly at: number;
  /** Nats: how unlikely it was here, by the network. */
  readonly surprise: number;
  /** Share of usual sessions with such a surprise. */
  readonly share: number;
  /** How often a day such a session is to be expected here. */
  readonly perDay: number;
  /** Sessions it was learned from. */
  readonly sessions: number;
}

/** A row that an own model finds strange. */
export interface OddRow {
  readonly id: number;
  readonly model: number;
  readonly score: number;
  readonly usual: number;
  readonly share: number;
  readonly perDay: number;
  readonly rows: number;
}

/** How a program's sessions, or an own model, stand: for those who look. */
export interface DeepState {
  readonly kind: 'sequence' | 'own';
  /** Program's hash, or the own model's number. */
  readonly of: number;
  readonly rows: number;
  readonly judged: number;
  readonly ready: boolean;
  readonly threshold: number | null;
  readonly drift: number;
  readonly changes: number;
  readonly scores: readonly number[];
  /** Why it does not work. */
  readonly fault: string | null;
  /** Rows after which it may speak. */
  readonly needed: number;
}

/** The thread's answer to a batch. */
export interface DeepAnswer {
  readonly kind: 'answer';
  readonly events: number;
  readonly rows: number;
  readonly sessions: readonly OddSession[];
  readonly odd: readonly OddRow[];
}

/** What the thread tells. */
export type DeepWord =
  | DeepAnswer
  /** `busyMs`: how long the thread worked since it was started. */
  | {
      readonly kind: 'state';
      readonly states: readonly DeepState[];
      readonly training: boolean;
      readonly busyMs: number;
    }
  | { readonly kind: 'save'; readonly key: string; readonly value: string }
  /** All that was learned until it was asked for was told. */
  | { readonly kind: 'kept' }
  | {
      readonly kind: 'fault';
      readonly model: string;
      readonly code: string;
      readonly message: string;
      readonly hint: string;
    };
