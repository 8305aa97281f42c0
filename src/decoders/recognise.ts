/**
 * Lines that say by themselves what they are: JSON, CEF, LEEF, XML events, PAN-OS rows, key=value records and the openings of
 * appliances. Found by their first characters, so the cost does not grow with what is known.
 */
import type { EventKind, Fields, LogEvent } from '../model/log-event.ts';
import { bareProgramsOf, wordedProgramsOf } from './all-programs.ts';
import { begunAt } from './declared.ts';
import type { Envelope, ZoneClock } from './decoder.ts';
import { readBrackets } from './formats/brackets.ts';
import { readHeader } from './formats/cef.ts';
import { cloudMeaning, readCloudAudit } from './formats/cloud-audit.ts';
import { readCsvLog, readNetskope } from './formats/csv-logs.ts';
import { isRecord, readJson } from './formats/json-line.ts';
import { readLabelledCells } from './formats/labelled-cells.ts';
import { mapFields, timeOf } from './formats/mapping.ts';
import { readOpenPairs } from './formats/pairs.ts';
import { readPanOs } from './formats/palo-alto.ts';
import { W3C_KIND } from './formats/w3c.ts';
import { windowsFields } from './formats/windows.ts';
import { readXmlEvent } from './formats/xml-event.ts';
import type { DeclaredProgram } from './message/program.ts';
import { readStamp } from './message/stamp.ts';
import { bigip, isBigIp } from './programs/network/bigip.ts';
import { cisco } from './programs/network/cisco.ts';
import { junos } from './programs/network/junos.ts';

/** What a text turned out to be. `values` may name its time. */
export interface Recognised {
  readonly kind: EventKind;
  readonly fields: Fields;
  readonly values: ReadonlyMap<string, string> | null;
}

const MAX_LINE = 65_536;
const MAX_NAME = 40;
const MAX_NUMBERED = 64;
/** First characters (`{`, `<`, `%`) of messages that are read whichever program wrote them; the skim leaves them alone. */
export const STRUCTURED_FIRST: readonly number[] = [123, 60, 37];

function kindOf(service: string): EventKind {
  return Object.freeze({ product: null, service, category: 'service-authentication' });
}

const JSON_KIND = kindOf('json');
const XML_KIND: EventKind = Object.freeze({
  product: 'windows',
  service: 'security',
  category: 'service-authentication',
});
const CEF_KIND = kindOf('cef');
const PAN_KIND = kindOf('paloalto');
const PAIRS_KIND = kindOf('pairs');
const ROWS_KIND = kindOf('rows');
/** Kinds of records that say by their form what they are. */
export const RECOGNISED_KINDS: readonly EventKind[] = [
  JSON_KIND,
  XML_KIND,
  CEF_KIND,
  PAN_KIND,
  PAIRS_KIND,
  ROWS_KIND,
  W3C_KIND,
];

/** What the message of an envelope is, whose program has no decoder or did not know it. */
export function readEnvelope(envelope: Envelope, label: string | null): Recognised | null {
  const { program } = envelope;
  const message = envelope.message.charCodeAt(0) === 32 ? envelope.message.trimStart() : envelope.message;
  if (isBigIp(message) || (message.startsWith('User=') && message.includes(' failed to login after ')))
    return fromProgram(bigip, message);
  const first = program === null ? ZERO : program.charCodeAt(0);
  if (first >= ZERO && first <= NINE) {
    const found = behindNumber(program, message);
    if (found !== null) return found;
  }
  const junosText = junosMessage(program, message);
  if (junosText !== null) {
    const fields = junos.readBare(junosText);
    if (fields !== null) return { kind: junos.kind, fields, values: null };
  }
  if (program !== null && program.charCodeAt(0) === 37) return recognise(`${program}: ${message}`);
  if (program === null && envelope.host !== null) {
    // Behind a stamp alone the first word of the message was taken for a host.
    const whole = fromPrograms(`${envelope.host} ${envelope.message}`);
    if (whole !== null) return whole;
  }
  if (program === null || program === label) return recognise(message);
  // SonicOS and Ivanti under whatever tag their sender was given.
  if (message.startsWith('id=firewall ')) return fromPairs(message);
  return STRUCTURED_FIRST.includes(message.charCodeAt(0)) ? recognise(message) : null;
}

const ZERO = 48;
const NINE = 57;

/** What stands behind a number or a stamp that was taken for a tag, or behind no tag at all. */
function behindNumber(program: string | null, message: string): Recognised | null {
  // Cisco's number and stamp before its mark: `123: *Nov 24 08:48:18.123: %SEC_LOGIN-4-LOGIN_FAILED: ...`.
  const mark = message.indexOf('%');
  if (
    mark > 8 &&
    mark < MAX_NUMBERED &&
    message.charCodeAt(mark - 1) === 32 &&
    isCapital(message.charCodeAt(mark + 1))
  ) {
    const found = fromProgram(cisco, message.slice(mark));
    if (found !== null) return found;
  }
  // NetScaler's own stamp: `11/24/2026:08:48:18 GMT ns1 ...`.
  return program !== null && /^\d{1,4}\/\d/.test(program) ? fromPrograms(`${program}:${message}`) : null;
}

const JUNOS_NAME = /^[A-Z][A-Z\d]+_[A-Z\d_]+$/;

/** `LOGIN_FAILED: text`, whichever daemon says it, and where the name stands in the tag's place. */
function junosMessage(program: string | null, message: string): string | null {
  if (program !== null && isCapital(program.charCodeAt(1)) && program.length < 64 && JUNOS_NAME.test(program))
    return `${program}: ${message}`;
  if (!isCapital(message.charCodeAt(0)) || !isCapital(message.charCodeAt(1))) return null;
  const end = message.search(/[: ]/);
  return end > 3 && end < 64 && JUNOS_NAME.test(message.slice(0, end)) ? message : null;
}

function isCapital(code: number): boolean {
  return code >= 65 && code <= 90;
}

/** The event of a line without an envelope, with or without a stamp before it. */
export function readLine(text: string, nowMs: number, zone: ZoneClock): LogEvent | null {
  const start = skipGap(text, skipPriority(text));
  const stamp = readStamp(text, nowMs, zone);
  const found =
    recognise(start === 0 ? text : text.slice(start)) ?? behindStamp(text, stamp?.end ?? -1) ?? behindMark(text);
  if (found === null) return null;
  const named = found.values === null ? null : timeOf(found.values, nowMs, zone);
  const message = found.values?.get('msg') ?? found.values?.get('message') ?? text;
  return {
    time: named ?? begunAt(found.fields) ?? stamp?.time ?? nowMs,
    kind: found.kind,
    host: hostBefore(text, start, stamp?.end ?? -1),
    program: null,
    pid: null,
    message,
    repeat: 1,
    fields: found.fields,
  };
}

/** `NAME: Nov 24 2026 08:48:18: ...`: a sender that puts its name before the stamp. */
function hostBefore(text: string, start: number, end: number): string | null {
  const colon = text.indexOf(': ', start);
  if (colon <= start || colon - start > MAX_NAME || colon > end - 12) return null;
  const name = text.slice(start, colon);
  return /^[A-Za-z0-9][\w.-]*$/.test(name) ? name : null;
}

function behindStamp(text: string, end: number): Recognised | null {
  if (end < 0) return null;
  let at = end;
  while (at < text.length && ' ])>|:,-*\t'.includes(text[at]!)) at++;
  // A zone's name before a colon: `CET: %SYS-5-...`.
  const colon = text.indexOf(': ', at);
  const found = recognise(text.slice(at));
  if (found !== null || colon <= at || colon - at > 5 || !/^[A-Z]+$/.test(text.slice(at, colon))) return found;
  return recognise(text.slice(colon + 2));
}

/** JSON behind `@cee:` or dashes that some senders put before it; nothing else may precede it. */
function behindMark(text: string): Recognised | null {
  const open = text.indexOf('{');
  if (open < 1 || open > 12 || !/^[\s\uFEFF:-]*(?:@cee)?[\s:-]*$/.test(text.slice(0, open))) return null;
  return fromJson(text.slice(open));
}

/** What a text is by its first characters; null when it does not say. */
export function recognise(text: string): Recognised | null {
  switch (text.charCodeAt(0)) {
    case 123:
      return fromJson(text);
    case 60:
      return text.startsWith('<Event') || text.startsWith('<?xml') ? fromXml(text) : fromPrograms(text);
    case 34:
      return fromRow(readCsvLog(text));
    case 50:
      // `2026-11-24,08:48:18,`: Netskope's rows.
      if (text.charCodeAt(10) === 44) return fromRow(readNetskope(text));
      break;
    case 91:
    case 115: {
      const found = fromBrackets(text);
      if (found !== null) return found;
      break;
    }
    case 37:
      return fromProgram(cisco, text);
    case 67:
      if (text.startsWith('CEF:')) return fromHeader(text, 7, 4);
      break;
    case 80:
      if (text.startsWith('PSM:CEF:')) return fromHeader(text.slice(4), 7, 4);
      break;
    case 76:
      if (text.startsWith('LEEF:')) return fromHeader(text, text.startsWith('2.', 5) ? 6 : 5, 5);
      break;
    case 48:
    case 49:
      if (text.charCodeAt(1) === 124) return fromHeader(text, 7, 0);
      if (text.startsWith('1.0|')) return fromHeader(text, 5, 0);
      if (text.charCodeAt(1) === 44 && isDate(text)) return fromPanOs(text);
  }
  return fromPrograms(text) ?? fromPairs(text) ?? fromRow(readLabelledCells(text));
}

function fromRow(row: { fields: Fields; time: string } | null): Recognised | null {
  return row === null ? null : { kind: ROWS_KIND, fields: row.fields, values: new Map([['time', row.time]]) };
}

function fromBrackets(text: string): Recognised | null {
  const start = text.startsWith('syslog[') ? 6 : 0;
  const values = readBrackets(text.slice(start, MAX_LINE));
  return values === null ? null : { kind: PAIRS_KIND, fields: mapFields(values), values };
}

function fromJson(text: string): Recognised | null {
  const values = readJson(text.slice(0, MAX_LINE));
  if (values === null || !isRecord(values)) return null;
  const cloud = readCloudAudit(text.slice(0, MAX_LINE), values);
  const fields = { ...cloud?.fields, ...mapFields(values), ...windowsFields(values) };
  if (cloud !== null) Object.assign(fields, cloudMeaning(cloud.kind, values));
  return { kind: cloud?.kind ?? JSON_KIND, fields, values };
}

function fromXml(text: string): Recognised | null {
  const values = readXmlEvent(text);
  return values === null
    ? null
    : { kind: XML_KIND, fields: { ...mapFields(values), ...windowsFields(values) }, values };
}

function fromHeader(text: string, count: number, start: number): Recognised | null {
  const found = readHeader(text, start, count);
  if (found === null) return null;
  const said = found.values.get('msg');
  const inner = said === undefined ? null : fromPrograms(said);
  return { kind: CEF_KIND, fields: { ...found.fields, ...inner?.fields }, values: found.values };
}

function fromPanOs(text: string): Recognised | null {
  const found = readPanOs(text);
  return found === null ? null : { kind: PAN_KIND, fields: found.fields, values: new Map([['time', found.time]]) };
}

function fromPairs(text: string): Recognised | null {
  const equals = text.indexOf('=');
  if (equals < 1 || equals > MAX_NAME || text.indexOf('=', equals + 1) < 0) return null;
  for (let at = 0; at < equals; at++) if (!isName(text.charCodeAt(at))) return null;
  const { values, bare } = readOpenPairs(text.slice(0, MAX_LINE));
  return values.size < 3 ? null : { kind: PAIRS_KIND, fields: mapFields(values, bare), values };
}

function fromProgram(program: DeclaredProgram, text: string): Recognised | null {
  const fields = program.readBare(text);
  return fields === null ? null : { kind: program.kind, fields, values: null };
}

function fromPrograms(text: string): Recognised | null {
  for (const program of bareProgramsOf(text)) {
    const fields = program.readBare(text);
    if (fields !== null) return { kind: program.kind, fields, values: null };
  }
  for (const program of wordedProgramsOf(text)) {
    const fields = program.readBare(text);
    if (fields !== null) return { kind: program.kind, fields, values: null };
  }
  return null;
}

/** `1,2026/11/24 08:` or `1,11/24/26 08:`: PAN-OS's first columns. */
function isDate(text: string): boolean {
  const slash = text.indexOf('/', 2);
  return slash > 2 && slash < 7 && text.indexOf('/', slash + 1) < slash + 4;
}

function isName(code: number): boolean {
  const lower = code | 32;
  return (lower >= 97 && lower <= 122) || (code >= 48 && code <= 57) || code === 95 || code === 45 || code === 46;
}

/** Behind a syslog priority, `<134>`, that no stamp follows. */
function skipPriority(text: string): number {
  const close = text.charCodeAt(0) === 60 ? text.indexOf('>') : -1;
  if (close < 2 || close > 4) return 0;
  for (let at = 1; at < close; at++) if (text.charCodeAt(at) < 48 || text.charCodeAt(at) > 57) return 0;
  return close + 1;
}

function skipGap(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9 || text.charCodeAt(at) === 0xfeff) at++;
  return at;
}
