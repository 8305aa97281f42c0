/** Records of JSON and plain lines, as log shippers push them. */
import { addGroup, addLine, nothingYet, type Parsed } from './pushed.ts';

type Json = Record<string, unknown>;

/** Plain text, one line each. */
export function parseText(text: string): Parsed {
  const parsed = nothingYet();
  const group = addGroup(parsed, []);
  for (const line of text.split('\n')) addLine(parsed, group, line.endsWith('\r') ? line.slice(0, -1) : line);
  return parsed;
}

/** One JSON value a line. What is no JSON is taken as a plain line, and counted. */
export function parseNdjson(text: string): Parsed {
  const parsed = nothingYet();
  const group = addGroup(parsed, []);
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '') continue;
    const record = parseOne(trimmed);
    if (record === undefined) parsed.malformed++;
    addLine(parsed, group, record === undefined ? trimmed : recordLine(record, trimmed));
  }
  return parsed;
}

/** An array of records, or one. Throws SyntaxError. */
export function parseJson(text: string): Parsed {
  const parsed = nothingYet();
  const group = addGroup(parsed, []);
  const value: unknown = JSON.parse(text);
  for (const record of Array.isArray(value) ? value : [value]) addLine(parsed, group, recordLine(record, null));
  return parsed;
}

/** Elasticsearch's bulk format: a line that says what to do, then the document. */
export function parseBulk(text: string): Parsed & { readonly actions: string[] } {
  const parsed = { ...nothingYet(), actions: [] as string[] };
  const group = addGroup(parsed, []);
  let action: string | null = null;
  for (const line of text.split('\n')) {
    const trimmed = line.trim();
    if (trimmed === '') continue;
    const record = parseOne(trimmed);
    if (action === null) {
      const verb = isObject(record) ? Object.keys(record)[0] : undefined;
      if (verb === 'index' || verb === 'create' || verb === 'update') action = verb;
      else if (verb !== 'delete') throw new SyntaxError('a bulk request names index, create, update or delete first');
      continue;
    }
    parsed.actions.push(action);
    action = null;
    if (record === undefined) parsed.malformed++;
    else addLine(parsed, group, recordLine(record, trimmed));
  }
  return parsed;
}

function parseOne(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/**
 * The line of a record. A record that names the program and holds its bare message, as shippers make of syslog, becomes that syslog
 * line again; one that only wraps a line (`log`) becomes the line; any other stays JSON.
 */
export function recordLine(record: unknown, text: string | null): string {
  if (typeof record === 'string') return record;
  if (!isObject(record)) return text ?? JSON.stringify(record) ?? '';
  const message = firstText(record, MESSAGE);
  const program = firstText(record, PROGRAM);
  if (message !== null && program !== null && isWord(program)) {
    const pid = firstText(record, PID);
    const tag = pid !== null && /^\d{1,10}$/.test(pid) ? `${program}[${pid}]` : program;
    const host = firstText(record, HOST);
    return `${timeOf(record) ?? new Date().toISOString()} ${host !== null && isWord(host) ? host : '-'} ${tag}: ${message}`;
  }
  const { log } = record;
  if (typeof log === 'string') {
    const line = log.replace(/\r?\n$/, '');
    const time = timeOf(record);
    return time === null ? line : `${time} stdout F ${line}`;
  }
  return text ?? JSON.stringify(record);
}

const MESSAGE = ['message', 'msg'];
const PROGRAM = [
  'appname',
  'app_name',
  'app-name',
  'ident',
  'program',
  'programname',
  'syslog.appname',
  'process.name',
];
const PID = ['procid', 'proc_id', 'pid', 'syslog.procid', 'process.pid'];
const HOST = ['hostname', 'host', 'host.name', 'host.hostname', 'syslog.hostname'];
const TIME = ['@timestamp', 'timestamp', 'time', 'date'];

function firstText(record: Json, names: readonly string[]): string | null {
  for (const name of names) {
    const value = record[name] ?? nested(record, name);
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number') return String(value);
  }
  return null;
}

function nested(record: Json, name: string): unknown {
  const dot = name.indexOf('.');
  const outer = dot < 0 ? undefined : record[name.slice(0, dot)];
  return isObject(outer) ? outer[name.slice(dot + 1)] : undefined;
}

/** ISO 8601 in UTC, from such a text or from seconds since the epoch. */
function timeOf(record: Json): string | null {
  for (const name of TIME) {
    const value = record[name];
    const ms =
      typeof value === 'number'
        ? value < 1e11
          ? value * 1000
          : value
        : typeof value === 'string'
          ? Date.parse(value)
          : Number.NaN;
    if (ms > 0 && ms < 8e15) return new Date(ms).toISOString();
  }
  return null;
}

function isWord(text: string): boolean {
  return text.length <= 128 && /^[\w.@/+-]+$/.test(text);
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
