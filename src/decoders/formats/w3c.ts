/**
 * The W3C extended format of IIS, Exchange's front end, Blue Coat and others (W3C "Extended Log File Format"): a `#Fields:` line names
 * the columns of the lines behind it. Without one the columns are those IIS writes by default.
 */
import { canonicalAddress } from '../../kit/address.ts';
import type { EventKind, FieldValue, LogEvent } from '../../model/log-event.ts';

const MAX_COLUMNS = 64;
const MAX_LINE = 65_536;
const HEADER = '#Fields: ';
const IIS =
  'date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(user-agent) cs(referer) sc-status sc-substatus sc-win32-status time-taken'.split(
    ' ',
  );
/** IIS 6 and 7 leave the referrer out. */
const OLD_IIS = IIS.filter((name) => name !== 'cs(referer)');

const TEXTS: Readonly<Record<string, string>> = {
  'cs-method': 'http.request.method',
  'cs(user-agent)': 'user_agent.original',
  'cs(referer)': 'http.request.referrer',
  'cs-host': 'url.domain',
  'cs(host)': 'url.domain',
  'cs-version': 'http.version',
  's-computername': 'host.name',
};
const ADDRESSES: Readonly<Record<string, string>> = { 'c-ip': 'source.ip', 's-ip': 'destination.ip' };
const NUMBERS: Readonly<Record<string, string>> = {
  'c-port': 'source.port',
  's-port': 'destination.port',
  'sc-status': 'http.response.status_code',
  'sc-bytes': 'http.response.bytes',
  'cs-bytes': 'source.bytes',
};

const STARTS: Readonly<Record<string, RegExp>> = {
  date: /^\d{4}-\d\d-\d\d$/,
  time: /^\d\d:\d\d:\d\d(?:\.\d{1,9})?$/,
};

/** Events of W3C lines. */
export const W3C_KIND: EventKind = Object.freeze({ product: null, service: 'w3c', category: 'service-authentication' });

/** Reads the lines of one source; remembers the columns its last header named. */
export interface W3c {
  /** Null for a line that is none of this format. */
  read(text: string, nowMs: number): LogEvent | null;
  /** True for a comment, whose columns are remembered if it names some. */
  isComment(text: string): boolean;
  /** Whether a header named columns. */
  hasColumns(): boolean;
}

/** A reader for one source. */
export function createW3c(program: string | null): W3c {
  let columns: readonly string[] | null = null;

  function read(text: string, nowMs: number): LogEvent | null {
    if (columns === null && !isDated(text)) return null;
    // IIS writes blanks in a value as `+`; what quotes their values are proxies, and the count must be right either way.
    const plain = text.slice(0, MAX_LINE).trimEnd().split(' ', MAX_COLUMNS);
    const names = namesFor(plain);
    if (names !== null) return eventOf(names, plain, text, nowMs, program);
    const quoted = columns === null ? [] : valuesOf(text.slice(0, MAX_LINE));
    return columns !== null && quoted.length === columns.length ? eventOf(columns, quoted, text, nowMs, program) : null;
  }

  function namesFor(values: readonly string[]): readonly string[] | null {
    if (columns !== null) return values.length === columns.length ? columns : null;
    const usual = [IIS, OLD_IIS].find((names) => names.length === values.length);
    return usual !== undefined && canonicalAddress(values[2]!) !== null && /^[A-Z]{3,20}$/.test(values[3]!)
      ? usual
      : null;
  }

  return {
    read,
    hasColumns: () => columns !== null,
    isComment(text) {
      if (text.charCodeAt(0) !== 35) return false;
      if (text.startsWith(HEADER))
        columns = text.slice(HEADER.length, MAX_LINE).trim().toLowerCase().split(/\s+/, MAX_COLUMNS);
      return text.startsWith(HEADER) || /^#(?:Software|Version|Date|Remark|Start-Date|End-Date): /.test(text);
    },
  };
}

/** `2026-11-24 08:48:18 192.0.2.4`: what IIS begins its lines with. */
function isDated(text: string): boolean {
  return (
    text.charCodeAt(4) === 45 &&
    text.charCodeAt(10) === 32 &&
    text.charCodeAt(13) === 58 &&
    text.charCodeAt(19) === 32 &&
    text.charCodeAt(0) < 58 &&
    isAddressStart(text.charCodeAt(20))
  );
}

function eventOf(
  names: readonly string[],
  values: readonly string[],
  text: string,
  nowMs: number,
  program: string | null,
): LogEvent | null {
  // Lines begin with their day or hour, or a header that was smuggled into another log could rename that log's words.
  if (!STARTS[names[0]!]?.test(values[0]!)) return null;
  const fields: Record<string, FieldValue> = { 'event.category': 'web' };
  let date = '';
  let time = '';
  let stem = '';
  let query = '';
  for (const [index, name] of names.entries()) {
    const value = values[index]!;
    if (value === '-' || value === '') continue;
    if (name === 'date') date = value;
    else if (name === 'time') time = value;
    else if (name === 'cs-uri-stem' || name === 'cs-uri-path' || name === 'cs-uri') stem ||= value;
    else if (name === 'cs-uri-query') query = value;
    else if (name === 'cs-username') setUser(fields, value);
    else setField(fields, name, value);
  }
  // Whose column is no address has no peer; a line without a day has the time it was read at.
  const parsed = Date.parse(`${date}T${time}Z`);
  if (stem !== '') fields['url.original'] = query === '' || stem.includes('?') ? stem : `${stem}?${query}`;
  if (stem !== '') fields['url.path'] = stem.split('?', 1)[0]!;
  if (Object.keys(fields).length < 3) return null;
  return {
    time: Number.isNaN(parsed) ? nowMs : parsed,
    kind: W3C_KIND,
    host: null,
    program,
    pid: null,
    message: text,
    repeat: 1,
    fields,
  };
}

function setField(fields: Record<string, FieldValue>, name: string, value: string): void {
  const address = ADDRESSES[name];
  const number = NUMBERS[name];
  const plain = TEXTS[name];
  if (address !== undefined) {
    const ip = canonicalAddress(value);
    if (ip !== null) fields[address] = ip;
  } else if (number !== undefined && /^\d{1,15}$/.test(value)) fields[number] = Number(value);
  else if (plain !== undefined) fields[plain] = name === 'cs(user-agent)' ? value.replaceAll('+', ' ') : value;
}

function setUser(fields: Record<string, FieldValue>, value: string): void {
  const slash = value.indexOf('\\');
  if (slash > 0) fields['user.domain'] = value.slice(0, slash);
  fields['user.name'] = value.slice(slash + 1);
}

function isAddressStart(code: number): boolean {
  return (code >= 48 && code <= 58) || (code >= 97 && code <= 102);
}

/** The values of a line some of which stand in quotes. */
function valuesOf(text: string): string[] {
  const values: string[] = [];
  for (let at = 0; at < text.length && values.length <= MAX_COLUMNS; ) {
    if (text.charCodeAt(at) === 32) {
      at++;
      continue;
    }
    const isQuoted = text.charCodeAt(at) === 34;
    const from = isQuoted ? at + 1 : at;
    const found = text.indexOf(isQuoted ? '"' : ' ', from);
    const end = found < 0 ? text.length : found;
    values.push(text.slice(from, end));
    at = end + 1;
  }
  return values;
}
