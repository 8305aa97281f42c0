/** The contract of decoders: a line to an event, in linear time, whatever the bytes. */
import type { EventKind, LogEvent } from '../model/log-event.ts';

/**
 * What the envelope (syslog header, journal entry, ...) said. One mutable object is reused for every line: a decoder
 * reads it and keeps nothing of it.
 */
export interface Envelope {
  /** Milliseconds since the epoch. */
  time: number;
  host: string | null;
  program: string | null;
  pid: number | null;
  message: string;
  repeat: number;
}

/** A beginning that settles what a message will be, so that messages nobody asks about need not be decoded. */
export interface Opening {
  /** Literal ASCII text the message begins with; empty: whatever the message. */
  readonly text: string;
  /** A service name (letters, digits, `-._`) stands behind `text`, and this behind it. */
  readonly after?: string;
  /** An address, ` port ` and digits stand behind `text`, and this behind them. */
  readonly peer?: string;
  /** The promise does not hold for lines that end with this character. */
  readonly notEnd?: string;
  readonly kind: EventKind;
  /** `event.action` of the event made, if one is made. */
  readonly action: string;
  /** `event.category` of that event. */
  readonly category: string;
  /** Its `event.outcome`, where every such message has the same. */
  readonly outcome?: string;
}

/** Understands the messages of one program. */
export interface ProgramDecoder {
  /** kebab-case, the file's name: `sshd`. */
  readonly name: string;
  /** Names a syslog tag, a journal identifier or `--program` may carry: `['sshd', 'sshd-session']`. */
  readonly programs: readonly string[];
  /** Beginnings whose outcome is certain; only worth naming for frequent messages. */
  readonly openings?: readonly Opening[];
  /** Its messages name no peers and no numbers of their own: the same ones come again and again, and need be judged only once. */
  readonly repeats?: boolean;
  /** The event, or null if the message is none it knows (a generic event is made then). Never throws. */
  decode(envelope: Envelope): LogEvent | null;
}

/** Understands whole lines that carry no syslog envelope, such as web access logs. */
export interface LineDecoder {
  readonly name: string;
  /** `--program` labels that mean this format, e.g. `['nginx', 'nginx-access']`. */
  readonly programs: readonly string[];
  /** Cheap test on the first characters; a decoder that says true is tried. */
  claims(text: string): boolean;
  decode(text: string, context: LineContext): LogEvent | null;
}

/** What a line decoder may need to know besides the line. */
export interface LineContext {
  /** Milliseconds since the epoch: gives a year to stamps without one. */
  readonly now: number;
  /** Turns local wall-clock parts of a stamp without zone into an epoch. */
  readonly zone: ZoneClock;
}

/** Local time of one IANA zone, cached, fast. */
export interface ZoneClock {
  /** Epoch milliseconds of a local time; month 0-11. DST gaps and overlaps resolve to the earlier offset. */
  toEpoch(year: number, month: number, day: number, hour: number, minute: number, second: number, ms: number): number;
}
