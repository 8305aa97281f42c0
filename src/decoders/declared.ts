/** Whole lines of declared programs and structured formats: a label's own patterns, JSON objects, key=value pairs. */
import type { EventKind, Fields, LogEvent } from '../model/log-event.ts';
import { NO_FIELDS } from '../model/log-event.ts';
import { bareProgramsOf, declaredPrograms } from './all-programs.ts';
import type { ZoneClock } from './decoder.ts';
import { cloudMeaning, readCloudAudit } from './formats/cloud-audit.ts';
import { isRecord, readJson } from './formats/json-line.ts';
import { mapFields, timeOf } from './formats/mapping.ts';
import { readOpenPairs } from './formats/pairs.ts';
import { windowsFields } from './formats/windows.ts';
import type { DeclaredProgram } from './message/program.ts';
import { readStamp } from './message/stamp.ts';

const byLabel: ReadonlyMap<string, DeclaredProgram> = new Map(
  declaredPrograms.flatMap((program) => program.programs.map((label) => [label.toLowerCase(), program] as const)),
);
const MAX_LINE = 65_536;

/** True for the label of a program whose own lines are read before any envelope. */
export function isDeclared(label: string): boolean {
  return byLabel.has(label.toLowerCase());
}

const MAX_LEAD = 6;
const MAX_HOST = 255;

/** True for `host program[12]: text` and `host program: text` with one of the program's own names: an envelope, to be read as one. */
function isTagged(text: string, start: number, program: DeclaredProgram): boolean {
  const blank = text.indexOf(' ', start);
  if (blank < 0 || blank - start > MAX_HOST) return false;
  let end = blank + 1;
  while (end < text.length && end - blank < 40 && !' [:('.includes(text[end]!)) end++;
  const after = text[end];
  return (after === '[' || after === ':') && program.programs.includes(text.slice(blank + 1, end));
}

/** Reads whole lines of one source. */
export interface Declared {
  /** The event of a line that says enough by itself; null when it is to be read otherwise. */
  structured(text: string, nowMs: number): LogEvent | null;
  /** The last resort: a labelled line of which only the time is known. */
  stamped(text: string, nowMs: number): LogEvent | null;
}

/** A reader of the lines that carry this label; null stands for lines without one. */
export function createDeclared(label: string | null, zone: ZoneClock): Declared {
  const program = label === null ? undefined : byLabel.get(label.toLowerCase());
  const name = label ?? 'structured';
  const kind = program?.kind ?? Object.freeze({ product: null, service: name, category: 'service-authentication' });

  function structured(text: string, nowMs: number): LogEvent | null {
    const first = text.charCodeAt(0);
    if (first === 123) return pairs(text, nowMs, readJson(text.slice(0, MAX_LINE)));
    if (program !== undefined) {
      const stamp = readStamp(text, nowMs, zone);
      if (stamp !== null && isTagged(text, bodyStart(text, stamp.end), program)) return null;
      const body = stamp === null ? null : program.read(text.slice(bodyStart(text, stamp.end)));
      // What stands before the stamp counts too: a prefix with the peer, a logger's name in brackets.
      const fields = body !== null && body['source.ip'] !== undefined ? body : (program.read(text) ?? body);
      if (fields !== null) return eventAt(begunAt(fields) ?? stamp?.time ?? nowMs, kind, label, text, fields);
    }
    // `date=`, `time=`, `t=`, `ts=`, `level=`, `logger=`: logfmt and the appliances that write pairs.
    if ((first === 100 || first === 116 || first === 108) && isPairs(text)) {
      const open = readOpenPairs(text.slice(0, MAX_LINE));
      return pairs(text, nowMs, open.values, open.bare);
    }
    return null;
  }

  function pairs(
    text: string,
    nowMs: number,
    values: ReadonlyMap<string, string> | null,
    bare?: ReadonlySet<string>,
  ): LogEvent | null {
    if (values === null || !isRecord(values)) return null;
    const cloud = text.charCodeAt(0) === 123 ? readCloudAudit(text.slice(0, MAX_LINE), values) : null;
    const fields = { ...cloud?.fields, ...mapFields(values, bare), ...windowsFields(values) };
    const message = values.get('msg') ?? values.get('message') ?? text;
    const said = program?.read(message) ?? messageFields(message);
    const meaning = cloud === null ? NO_FIELDS : cloudMeaning(cloud.kind, values);
    const time = timeOf(values, nowMs, zone) ?? nowMs;
    return eventAt(time, cloud?.kind ?? kind, label, message, { ...fields, ...said, ...meaning });
  }

  function stamped(text: string, nowMs: number): LogEvent | null {
    if (label === null) return null;
    const stamp = readStamp(text, nowMs, zone);
    return stamp === null ? null : eventAt(stamp.time, kind, label, text, NO_FIELDS);
  }

  return { structured, stamped };
}

/** What a structured record's own message says, when its beginning is a known one. */
function messageFields(message: string): Fields {
  for (const program of bareProgramsOf(message)) {
    const fields = program.readBare(message);
    if (fields !== null) return fields;
  }
  return NO_FIELDS;
}

/** True when the line opens with `name=` and a short name; the audit daemon's `type=` records have a decoder of their own. */
function isPairs(text: string): boolean {
  if (text.startsWith('type=')) return false;
  const equals = text.indexOf('=');
  return equals > 0 && equals <= MAX_LEAD && text.indexOf(' ') > equals && text.indexOf('=', equals + 1) > 0;
}

/** When what a record sums up began, where it says so (ECS `event.start`). */
export function begunAt(fields: Fields): number | null {
  const start = fields['event.start'];
  const time = typeof start === 'string' ? Date.parse(start) : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

/** Where the text behind a stamp begins. */
export function bodyStart(text: string, end: number): number {
  let at = end;
  while (at < text.length && ' \t])>|:,-'.includes(text[at]!)) at++;
  return at;
}

function eventAt(time: number, kind: EventKind, program: string | null, message: string, fields: Fields): LogEvent {
  return { time, kind, host: null, program, pid: null, message, repeat: 1, fields };
}
