/** A line to an event: envelope, then program. One decoder a source, as it remembers the connections of that source. */
import type { Network } from '../kit/cidr.ts';
import type { StateEntry, Stateful } from '../kit/state.ts';
import { type LogEvent, NO_FIELDS } from '../model/log-event.ts';
import { lineDecoders, programDecoders } from './all.ts';
import { createConnections } from './connections.ts';
import { bodyStart, createDeclared, isDeclared } from './declared.ts';
import type { Envelope, LineContext, LineDecoder, ProgramDecoder } from './decoder.ts';
import { eventOf } from './event.ts';
import { createFastLane, type FastLane } from './fast-lane.ts';
import { unwrap, wrappedAt } from './formats/container.ts';
import { parseJournal } from './formats/journal.ts';
import { unfoldRepeated } from './formats/repeated.ts';
import { createSyslogParser, OWN_LEVELS } from './formats/syslog.ts';
import { createW3c } from './formats/w3c.ts';
import { createClientWalk } from './forwarded.ts';
import { SYSLOG } from './kinds.ts';
import { readStamp } from './message/stamp.ts';
import { decodePam } from './programs/pam.ts';
import { sudo } from './programs/sudo.ts';
import { readEnvelope, readLine } from './recognise.ts';
import { createZoneClock } from './time/zone-clock.ts';
import { asWebEvent } from './web/from-fields.ts';

/** How the lines of one source are to be read. */
export interface DecodeOptions {
  /** IANA zone of stamps without one, null for the machine's own. */
  readonly timezone: string | null;
  /** Label for bare messages that name no program themselves. */
  readonly program: string | null;
  /** Year of stamps without one; null takes the newest that is not in the future. */
  readonly year?: number | null;
  /** False for replays that keep nothing. */
  readonly persist?: boolean;
  /** Proxies whose word about the client is believed. */
  readonly proxies?: readonly Network[];
}

/** Turns lines into events. `decode` is null when no format fits; it never throws. */
export interface Decode extends Stateful {
  /** `bytes` is null, or holds the line, all ASCII, from `start` on with an LF or the end behind it. */
  decode(text: string, nowMs: number, bytes?: Uint8Array | null, start?: number): LogEvent | null;
}

const byProgram: ReadonlyMap<string, ProgramDecoder> = new Map(
  programDecoders.flatMap((decoder) => decoder.programs.map((program) => [program, decoder] as const)),
);
const byLabel: ReadonlyMap<string, LineDecoder> = new Map(
  lineDecoders.flatMap((decoder) => decoder.programs.map((program) => [program, decoder] as const)),
);

/** A decoder for one source. Throws RangeError for an unknown time zone. */
export function createDecode(options: DecodeOptions): Decode {
  const zone = createZoneClock(options.timezone);
  const syslog = createSyslogParser(zone, options.year ?? null);
  const connections = createConnections(options.persist ?? true);
  const declared = createDeclared(options.program, zone);
  const ownProgram = options.program === null ? undefined : byProgram.get(options.program);
  const labelled = options.program === null ? undefined : byLabel.get(options.program);
  const w3c = createW3c(options.program);
  const context: LineContext & { now: number } = { now: 0, zone };
  let inside = false;
  const envelope: Envelope = { time: 0, host: null, program: null, pid: null, message: '', repeat: 1 };

  const walk = createClientWalk(options.proxies ?? []);

  // A labelled application's lines may look like an envelope and mean something else.
  const mayHurry = options.program === null || !isDeclared(options.program);
  /** Made for the first line that comes with its bytes: most sources never have any, and its tables take some room. */
  let lane: FastLane | null = null;

  function decode(text: string, nowMs: number, bytes: Uint8Array | null = null, start = 0): LogEvent | null {
    // A header of columns makes every line behind it a row.
    if (bytes !== null && start >= 0 && mayHurry && !w3c.hasColumns()) {
      lane ??= createFastLane(zone, options.year ?? null);
      const frequent = lane.read(text, nowMs, bytes, start);
      if (frequent !== null) return connections.enrichOwn(frequent);
    }
    const event = decodeLine(text, nowMs);
    return event === null ? null : asWebEvent(event);
  }

  function decodeLine(text: string, nowMs: number): LogEvent | null {
    const first = text.charCodeAt(0);
    if (first === 123 && parseJournal(text, envelope)) return fromEnvelope();
    const whole = declared.structured(text, nowMs);
    if (whole !== null) return withInner(connections.enrich(whole), text, nowMs);
    if (first === HASH && w3c.isComment(text)) return null;
    const columns = w3c.read(text, nowMs);
    if (columns !== null) return columns;
    const wrapped = unwrap(text);
    if (wrapped !== null) return decode(wrapped, wrappedAt(text) ?? nowMs);
    // A capital letter opens a stamp with a month, a bracket a priority, a digit either an ISO stamp or a client's address.
    if (syslog.parse(text, nowMs, envelope)) {
      // `2026-11-24 08:48:18 WARN Server: ...`: a program's own log, which names its level where a host would stand.
      const own = envelope.host !== null && OWN_LEVELS.has(envelope.host) ? readLine(text, nowMs, zone) : null;
      if (own !== null) return own;
      if (envelope.message.charCodeAt(0) === 109) unfoldRepeated(envelope);
      // A relay's header before the sender's own: `Nov 24 08:48:18 192.0.2.1 1 2026-11-24T08:48:18Z vpn1 ...`.
      else if (envelope.program === null && NESTED.test(envelope.message)) unfoldNested(nowMs);
      const isLevelled = envelope.host === null && envelope.program === null;
      const event = fromEnvelope();
      // `2026-11-24T08:48:18Z info hostd[20] ...`: the level was taken off with the stamp, but the program's words include it.
      return isLevelled && event.fields === NO_FIELDS ? (readLine(text, nowMs, zone) ?? event) : event;
    }
    // OpenWrt's logread: `Tue Nov 24 08:48:18 2026 authpriv.warn dropbear[4711]: text`.
    const logread = text.charCodeAt(3) === 32 && text.charCodeAt(19) === 32 ? LOGREAD.exec(text) : null;
    if (logread !== null) {
      const [head, month, day, clock, year] = logread;
      if (syslog.parse(`${month} ${day} ${year} ${clock} ${text.slice(head.length)}`, nowMs, envelope))
        return fromEnvelope();
    }
    // Some writers do not pad the day: `Sep 8 07:46:30`.
    if (text.charCodeAt(3) === 32 && text.charCodeAt(5) === 32 && text.charCodeAt(8) === 58)
      if (syslog.parse(`${text.slice(0, 4)} ${text.slice(4)}`, nowMs, envelope)) return fromEnvelope();
    context.now = nowMs;
    if (labelled?.claims(text)) {
      const event = labelled.decode(text, context);
      if (event !== null) return event;
    }
    for (const decoder of lineDecoders) {
      if (!decoder.claims(text)) continue;
      const event = decoder.decode(text, context);
      if (event !== null) return event;
    }
    return bare(text, nowMs) ?? readLine(text, nowMs, zone) ?? declared.stamped(text, nowMs);
  }

  function unfoldNested(nowMs: number): void {
    const { time, host, message } = envelope;
    if (!syslog.parse(`<13>${message}`, nowMs, envelope)) {
      envelope.time = time;
      envelope.host = host;
      envelope.message = message;
    }
    if (envelope.program?.endsWith(':') === true) envelope.program = envelope.program.slice(0, -1);
  }

  /** A structured record whose message is a line of its own: what that line says is added. */
  function withInner(whole: LogEvent, text: string, nowMs: number): LogEvent {
    if (inside || whole.message === text || whole.message.length < MIN_INNER || whole.fields['source.ip'] !== undefined)
      return whole;
    inside = true;
    const inner = decode(whole.message, whole.time);
    inside = false;
    if (inner === null || inner.fields['source.ip'] === undefined) return whole;
    // A record without a time of its own has that of its line.
    const time = whole.time === nowMs ? inner.time : whole.time;
    return { ...inner, time, fields: { ...whole.fields, ...inner.fields }, alike: undefined };
  }

  function fromEnvelope(): LogEvent {
    const program = envelope.program ?? options.program;
    envelope.program = program;
    // Linux-PAM before 0.99 wrote `(pam_unix) authentication failure; ...`.
    if (envelope.message.charCodeAt(0) === 97 && envelope.message.startsWith('authentication failure; logname='))
      envelope.message = `pam_unix(${program ?? 'unknown'}:auth): ${envelope.message}`;
    if (envelope.message.charCodeAt(0) === 40 && envelope.message.startsWith('(pam_unix) '))
      envelope.message = `pam_unix(${program ?? 'unknown'}:auth): ${envelope.message.slice(11)}`;
    if (program !== null) {
      const decoder = byProgram.get(program) ?? ownProgram;
      const event = decoder === undefined ? null : decoder.decode(envelope);
      if (event !== null) return connections.enrich(event);
      const again = decoder === undefined ? null : behindOwnStamp(decoder);
      if (again !== null) return again;
      const line = decoder === undefined || decoder === ownProgram ? byLabel.get(program) : undefined;
      if (line !== undefined) {
        context.now = envelope.time;
        const inner = line.decode(envelope.message, context) ?? otherLine(line, envelope.message);
        if (inner !== null) return { ...inner, host: envelope.host, program, pid: envelope.pid };
      }
    }
    if (envelope.message.charCodeAt(0) === 112 && envelope.message.startsWith('pam_')) {
      const event = decodePam(envelope);
      if (event !== null) return connections.enrich(event);
    }
    const read = readEnvelope(envelope, options.program);
    if (read !== null) return eventOf(envelope, read.kind, read.fields);
    return eventOf(envelope, SYSLOG, NO_FIELDS);
  }

  /** A server's tag may carry its access lines as well as its errors. */
  function otherLine(tried: LineDecoder, text: string): LogEvent | null {
    for (const decoder of lineDecoders) {
      const event = decoder !== tried && decoder.claims(text) ? decoder.decode(text, context) : null;
      if (event !== null) return event;
    }
    return null;
  }

  /** The event of a program that stamps its lines itself, within the envelope's message. */
  function behindOwnStamp(decoder: ProgramDecoder): LogEvent | null {
    const { message } = envelope;
    const first = message.charCodeAt(0);
    if (first !== 91 && !(first >= 48 && first <= 57)) return null;
    const stamp = readStamp(message, envelope.time, zone);
    if (stamp === null) return null;
    envelope.message = message.slice(bodyStart(message, stamp.end));
    const event = decoder.decode(envelope);
    envelope.message = message;
    return event;
  }

  /** What PAM and sudo write, of which a collector kept the message alone: both say by their form who they are. */
  function bareOwn(text: string, nowMs: number): LogEvent | null {
    const start = text.charCodeAt(0) === 32 ? 1 : 0;
    const isPam = text.startsWith('pam_', start);
    const tty = isPam ? -1 : text.indexOf(' : TTY=');
    if (!isPam && (tty <= 0 || tty > MAX_ACCOUNT || text.indexOf(' ; PWD=', tty) < 0)) return null;
    envelope.time = nowMs;
    envelope.host = null;
    envelope.program = isPam ? options.program : 'sudo';
    envelope.pid = null;
    envelope.message = text.slice(start);
    envelope.repeat = 1;
    const event = isPam ? decodePam(envelope) : sudo.decode(envelope);
    return event === null ? null : connections.enrich(event);
  }

  /** `sshd[12]: text` without a stamp, or a bare message whose program the label names. */
  function bare(text: string, nowMs: number): LogEvent | null {
    if (text.startsWith('CEF:') || text.startsWith('LEEF:')) return null;
    const own = bareOwn(text, nowMs);
    if (own !== null) return own;
    if (!syslog.parse(`${BARE_STAMP}${text}`, nowMs, envelope)) return null;
    const time = options.program === null ? nowMs : (readStamp(text, nowMs, zone)?.time ?? nowMs);
    envelope.time = time;
    envelope.host = null;
    if (envelope.program !== null && byProgram.has(envelope.program)) {
      const event = fromEnvelope();
      if (options.program !== null || event.fields !== NO_FIELDS) return event;
      return readLine(text, nowMs, zone) ?? event;
    }
    // `host sshd[12]: text`: a journal's line without its stamp.
    if (envelope.program === null && syslog.parse(`${STAMP}${text}`, nowMs, envelope)) {
      envelope.time = time;
      if (envelope.program !== null && (byProgram.has(envelope.program) || byLabel.has(envelope.program)))
        return fromEnvelope();
    }
    if (options.program === null || !byProgram.has(options.program)) return null;
    envelope.program = options.program;
    envelope.pid = null;
    envelope.message = text.trimStart();
    return fromEnvelope();
  }

  return {
    name: 'decoder',
    decode:
      walk === null
        ? decode
        : (text, nowMs, bytes, start) => {
            const event = decode(text, nowMs, bytes, start);
            return event === null ? null : walk(event);
          },
    drainDirty: (): StateEntry[] => connections.drainDirty(),
    restore: (entries) => connections.restore(entries),
  };
}

const LOGREAD =
  /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) ([ \d]\d) (\d\d:\d\d:\d\d) (\d{4}) (?:kern|user|mail|daemon|auth|syslog|lpr|news|uucp|cron|authpriv|ftp|local\d)\.[a-z]{3,7} /;
const NESTED = /^1 \d{4}-\d\d-\d\dT/;
/** Lets a bare `program[pid]: text` be read by the envelope parser; its time is not used. */
const MIN_INNER = 24;
const MAX_ACCOUNT = 64;
const HASH = 35;
const STAMP = '2000-01-01T00:00:00Z ';
const BARE_STAMP = `${STAMP}- `;
