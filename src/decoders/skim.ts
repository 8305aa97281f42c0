/**
 * Passes over lines that no rule can ask about, by their bytes and before anything is made of them: most of a server's log is
 * sessions opened and closed. It only says "dull" where the decoder would surely make an event that nothing wants; whatever is
 * unusual about a line (another stamp, a long tag, an unknown opening) sends it down the whole way.
 */
import type { EventKind, LogEvent } from '../model/log-event.ts';
import { lineDecoders, programDecoders } from './all.ts';
import { bytesOf, Literal, viewOf, WordMemo } from './bytes.ts';
import { isDeclared } from './declared.ts';
import type { Opening, ProgramDecoder } from './decoder.ts';
import { SYSLOG } from './kinds.ts';
import { PAM_OPENINGS } from './programs/pam.ts';
import { STRUCTURED_FIRST } from './recognise.ts';

/** Whether a rule could match an event of this kind, action (null: an event without fields) and, where known, category and outcome. */
export type Wants = (kind: EventKind, action: string | null, category?: string, outcome?: string) => boolean;

/** Whether no rule wants an event, whatever of it is no field of the part. */
export type JudgeMessage = (part: number, event: LogEvent) => boolean;

/** What a set of rules says of lines. */
export interface SkimRules {
  readonly wants: Wants;
  /** A judge of events of a kind by the fields that their message alone decides; null where some rule asks for others first. */
  judge(kind: EventKind, parts: readonly ReadonlySet<string>[], varying: ReadonlySet<string>): JudgeMessage | null;
  /** Whether ASCII bytes hold a word that some rule looks for anywhere; null when there is none. */
  readonly holdsKeyword: ((bytes: Uint8Array, start: number, end: number) => boolean) | null;
}

/** True for a line in `bytes[start, end)` (ASCII, without its LF) that nothing wants. */
export type Skim = (bytes: Uint8Array, start: number, end: number) => boolean;

const SPACE = 32;
const COLON = 58;
const MAX_TAG = 48;
const MAX_ADDRESS = 40;
const PORT = new Literal(' port ');
const MAX_MINUTE = 17;
const MAX_HOST = 255;
/** Programs whose names are remembered, and bytes of the longest message that is. */
const PROGRAMS = 256;
const TAGS = 64;
const MAX_MESSAGE = 200;
/** Messages remembered of a program that says the same ones again and again. */
const MESSAGES = 4096;
/** Fields beside the program's own that a message decides. */
const OF_MESSAGE: ReadonlySet<string> = new Set([
  ...['message', 'process.name', 'process.command_line', 'event.type'],
  ...['event.category', 'event.action', 'event.outcome', 'user.name'],
]);
const MONTHS = new Set(['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']);

/** How Linux-PAM before 0.99 began its messages, which are read as those of today. */
const OLD_PAM = /^(?:\(pam_unix\) |authentication failure; logname=)/;
const ADDRESS_BYTES = bytesOf('0123456789.:abcdef');
const NAME_BYTES = bytesOf('0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-._');
/** First bytes of `message repeated ...`, `pam_...` and of what says by its form what it is. */
const OTHERS = bytesOf(`mp${String.fromCharCode(...STRUCTURED_FIRST)}`);
const TAG_ENDS = 1;
const NO_TAG = 2;
/** What ends a tag, and what no tag of a program holds. */
const TAG_BYTES = bytesOf('[:').fill(NO_TAG, 128);
for (const sign of ' (/') TAG_BYTES[sign.charCodeAt(0)] = NO_TAG;
const NOTHING: ReadonlySet<string> = new Set();

interface DullOpening {
  readonly head: Literal;
  /** Text that follows a service name, or null. */
  readonly after: Literal | null;
  /** Text that follows a peer with its port, or null. */
  readonly peer: Literal | null;
  readonly notEnd: number;
}

interface Program {
  /** Dull openings by first byte. */
  readonly byFirst: (readonly DullOpening[] | undefined)[];
  /** Every other message is dull as well. */
  readonly wholly: boolean;
  /** Whether a message is dull, for programs that repeat theirs. */
  readonly known: WordMemo<boolean> | null;
}

/** A program's name as its lines bear it. */
interface Tag {
  readonly name: Literal;
  program: Program;
}

/**
 * A skimmer for what the rules want, for lines with this label (null: none). Null when every line may matter: a labelled
 * application stamps its lines itself, and they can look like syslog.
 */
export function createSkim({ wants, judge, holdsKeyword }: SkimRules, label: string | null): Skim | null {
  if (label !== null && isDeclared(label)) return null;
  // A message its decoder cannot read becomes an event without fields: if that is wanted, an opening promises nothing.
  if (wants(SYSLOG, null)) return null;
  const pam = PAM_OPENINGS.filter((opening) => isDull(opening));
  const decoders = new Map(programDecoders.flatMap((each) => each.programs.map((name) => [name, each] as const)));
  const labels = new Set(lineDecoders.flatMap((each) => each.programs));
  const tables = new Map<ProgramDecoder, Program>();
  const programs = new WordMemo(PROGRAMS, MAX_TAG, programNamed);
  const unknown = table(pam, true);
  /** Of the many tags that fall into one slot the last that was seen. */
  const tags = Array.from({ length: TAGS }, (): Tag => ({ name: Literal.unset(MAX_TAG), program: unknown }));
  const labelled = table([], false);
  /** The minute of the line before. */
  const minute = Literal.unset(MAX_MINUTE);
  /** The host of the line before, with its blank. */
  const host = Literal.unset(MAX_HOST + 1);

  function isDull(opening: Opening): boolean {
    return !wants(opening.kind, opening.action, opening.category, opening.outcome);
  }

  function programNamed(name: string): Program {
    const decoder = decoders.get(name);
    if (decoder === undefined) return labels.has(name) ? labelled : unknown;
    // Names of one program decode alike, but for the name itself, which a rule may ask for.
    if (decoder.repeats === true) return tableOf(decoder, new WordMemo(MESSAGES, MAX_MESSAGE, judgeOf(decoder, name)));
    let found = tables.get(decoder);
    if (found === undefined) {
      found = tableOf(decoder, null);
      tables.set(decoder, found);
    }
    return found;
  }

  function tableOf(decoder: ProgramDecoder, known: WordMemo<boolean> | null): Program {
    const own = (decoder.openings ?? []).filter(isDull);
    return table(
      [...own.filter((opening) => opening.text !== ''), ...pam],
      own.some((opening) => opening.text === ''),
      known,
    );
  }

  /** Judges messages of a program by the event made of them. */
  function judgeOf(decoder: ProgramDecoder, program: string): (message: string) => boolean {
    const judges = new Map<EventKind, JudgeMessage | null>();
    return (message) => {
      if (OLD_PAM.test(message)) return false;
      const event = decoder.decode({ time: 0, host: null, program, pid: null, message, repeat: 1 });
      // Whoever names a peer may be remembered with it.
      if (event === null || event.fields['source.ip'] !== undefined) return false;
      let judgeKind = judges.get(event.kind);
      if (judgeKind === undefined) {
        judgeKind = judge(event.kind, [OF_MESSAGE], NOTHING);
        judges.set(event.kind, judgeKind);
      }
      return judgeKind?.(0, event) === true;
    };
  }

  /** The index behind the stamp and its blank, or -1. */
  function afterStamp(bytes: Uint8Array, all: DataView, start: number, end: number): number {
    if (end - start < 24) return -1;
    if (!minute.standsAt(start, all)) {
      const length = minuteOf(bytes, start);
      if (length === 0) return -1;
      minute.set(all, start, length);
    }
    let at = start + minute.length;
    if (!isDigit(bytes[at]!) || bytes[at]! > 53 || !isDigit(bytes[at + 1]!)) return -1;
    at += 2;
    if (minute.length === MAX_MINUTE) {
      if (bytes[at] === 46) {
        at++;
        while (isDigit(bytes[at]!)) at++;
      }
      if (bytes[at] === 90) at++;
      else if (bytes[at] === 43 && bytes[at + 3] === COLON) at += 6;
      else return -1;
    }
    return bytes[at] === SPACE ? at + 1 : -1;
  }

  /** The index behind the host and its blank, or -1. */
  function afterHost(bytes: Uint8Array, all: DataView, start: number, end: number): number {
    if (host.standsAt(start, all)) return start + host.length;
    let at = start;
    while (at < end && bytes[at] !== SPACE) at++;
    if (at === start || at >= end || at - start > MAX_HOST || bytes[at - 1] === COLON) return -1;
    host.set(all, start, at + 1 - start);
    return at + 1;
  }

  /** The program whose name ends at a bracket or colon, or null. */
  function tagAt(bytes: Uint8Array, all: DataView, start: number, end: number): Tag | null {
    const slot = ((bytes[start]! << 1) ^ bytes[start + 2]!) & (TAGS - 1);
    const known = tags[slot]!;
    if (known.name.standsAt(start, all) && TAG_BYTES[bytes[start + known.name.length]!] === TAG_ENDS) return known;
    let at = start;
    for (const limit = Math.min(end, start + MAX_TAG); at < limit; at++) {
      const mark = TAG_BYTES[bytes[at]!];
      if (mark === TAG_ENDS) break;
      if (mark === NO_TAG) return null;
    }
    // `%ASA-6-302014:` is a message's own beginning, not a program's name.
    if (at === start || bytes[start] === 37) return null;
    known.name.set(all, start, at - start);
    known.program = programs.of(all, start, at);
    return known;
  }

  function dullMessage(program: Program, bytes: Uint8Array, all: DataView, start: number, end: number): boolean {
    const first = bytes[start]!;
    const openings = program.byFirst[first];
    if (openings !== undefined) for (const opening of openings) if (fits(opening, bytes, all, start, end)) return true;
    // `message repeated ...` and `pam_...` are read by others than the program's own decoder.
    if (OTHERS[first] === 1) return false;
    if (program.wholly) return true;
    return (
      // `[ID 800047 auth.info] ` is no part of the message.
      program.known !== null && first !== 91 && end - start <= MAX_MESSAGE && program.known.of(all, start, end)
    );
  }

  return (bytes, start, lineEnd) => {
    const end = bytes[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd;
    const all = viewOf(bytes);
    let at = afterStamp(bytes, all, start, end);
    if (at < 0) return false;
    at = afterHost(bytes, all, at, end);
    if (at < 0) return false;
    const tag = at;
    const found = tagAt(bytes, all, tag, end);
    if (found === null) return false;
    at += found.name.length;
    if (bytes[at] === 91) {
      at++;
      const digits = at;
      while (isDigit(bytes[at]!)) at++;
      if (at === digits || at - digits > 10 || bytes[at] !== 93) return false;
      at++;
    }
    if (bytes[at] !== COLON || bytes[at + 1] !== SPACE || at + 2 >= end) return false;
    return dullMessage(found.program, bytes, all, at + 2, end) && holdsKeyword?.(bytes, tag, end) !== true;
  };
}

function table(openings: readonly Opening[], wholly: boolean, known: WordMemo<boolean> | null = null): Program {
  const byFirst: DullOpening[][] = [];
  for (const { text, after, peer, notEnd } of openings) {
    const dull = {
      head: new Literal(text),
      after: after === undefined ? null : new Literal(after),
      peer: peer === undefined ? null : new Literal(peer),
      notEnd: notEnd === undefined ? -1 : notEnd.charCodeAt(0),
    };
    const first = text.charCodeAt(0);
    byFirst[first] = [...(byFirst[first] ?? []), dull];
  }
  return { byFirst, wholly, known };
}

function fits(opening: DullOpening, bytes: Uint8Array, all: DataView, start: number, end: number): boolean {
  const { head, after, peer } = opening;
  let at = start + head.length;
  if (at > end || !head.standsAt(start, all)) return false;
  if (after !== null) {
    // A service name: letters, digits, dash, dot, underscore.
    const limit = Math.min(end, at + 32);
    while (at < limit && NAME_BYTES[bytes[at]!] === 1) at++;
    if (at + after.length > end || !after.standsAt(at, all)) return false;
  }
  if (peer !== null) {
    at = afterPort(bytes, all, at, end);
    if (at < 0 || at + peer.length > end || !peer.standsAt(at, all)) return false;
  }
  return opening.notEnd < 0 || bytes[end - 1] !== opening.notEnd;
}

/** The index behind `192.0.2.1 port 22` or the like, or -1. */
function afterPort(bytes: Uint8Array, all: DataView, start: number, end: number): number {
  let at = start;
  for (const limit = Math.min(end, at + MAX_ADDRESS); at < limit; at++) {
    const code = bytes[at]!;
    if (code === SPACE) break;
    if (ADDRESS_BYTES[code] !== 1) return -1;
  }
  if (at + PORT.length >= end || !PORT.standsAt(at, all)) return -1;
  at += PORT.length;
  const digits = at;
  while (at < end && isDigit(bytes[at]!)) at++;
  return at === digits || at - digits > 5 ? -1 : at;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Length of a valid `Nov 24 08:48:` (13) or `2026-11-24T08:48:` (17) at a place, 0 for anything else. */
function minuteOf(bytes: Uint8Array, start: number): number {
  // Most lines that are no syslog end here, at the cost of three bytes.
  if (bytes[start + 4] !== 45 && (bytes[start + 3] !== SPACE || bytes[start + 6] !== SPACE)) return 0;
  const text = Buffer.from(bytes.subarray(start, start + 17)).toString('latin1');
  if (/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:$/.test(text)) return 17;
  if (!MONTHS.has(text.slice(0, 3))) return 0;
  return /^ (?: [1-9]|0[1-9]|[12]\d|3[01]) (?:[01]\d|2[0-3]):[0-5]\d:$/.test(text.slice(3, 13)) ? 13 : 0;
}
