/**
 * Rows of cells that name themselves, as Symantec Endpoint Protection's manager sends them ("External Logging settings"): the computer
 * or what happened first, then `Label: value` cells among bare ones.
 */
import { canonicalAddress } from '../../kit/address.ts';
import type { Fields } from '../../model/log-event.ts';
import { readCsv } from './csv.ts';

/** Labels at least one of which such a row has. */
const MARKS = [',Event time: ', ',End Time: ', ',End: ', ',Event Description: '];
const MAX_LABEL = 40;
/** Values that people or programs named themselves; an address behind one may be part of such a name. */
const TYPED = new Set([
  'user name',
  'user',
  'file path',
  'description',
  'application',
  'application name',
  'intrusion url',
]);
const NONE = new Set(['', 'None', 'none', '-']);

/** Fields and time of a row; null for other text. */
export function readLabelledCells(text: string): { fields: Fields; time: string } | null {
  if (!MARKS.some((mark) => text.includes(mark))) return null;
  const row = readCsv(text);
  if (row.length < 5) return null;
  const values = labelled(row);
  const time = values.get('event time') ?? values.get('end time') ?? values.get('end') ?? values.get('begin');
  if (time === undefined || values.size < 2) return null;
  const first = row[0]!;
  const host = values.get('computer name') ?? values.get('computer') ?? (/^[\w.-]+$/.test(first) ? first : undefined);
  const isRisk = values.has('risk name');
  // The row of what a program did: action, text, rule's kind, times, rule, process and its number.
  const begin = row.findIndex((cell) => cell.startsWith('Begin: '));
  const program = begin > 0 && row.length > begin + 4 ? row[begin + 4]! : undefined;
  return {
    time,
    fields: {
      'event.category': isRisk ? 'malware' : values.has('remote host ip') ? 'network' : 'process',
      'event.action': values.get('actual action') ?? (begin > 2 ? row[2] : undefined),
      'event.reason': values.get('event description') ?? values.get('description'),
      'host.name': host,
      'source.ip': addressIn(values, 'remote host ip', 'ip address', 'local host ip') ?? ownAddress(row[1]!),
      'destination.ip': values.has('remote host ip') ? addressIn(values, 'local host ip') : undefined,
      'user.name': known(values.get('user name') ?? values.get('user')),
      'user.domain': known(values.get('domain name') ?? values.get('domain')),
      'file.path': values.get('file path'),
      'rule.name': known(values.get('risk name') ?? values.get('rule')),
      'process.executable': program,
    },
  };
}

/** Each label's first value: a later one may stand in what somebody typed. */
function labelled(row: readonly string[]): Map<string, string> {
  const values = new Map<string, string>();
  let isTyped = false;
  for (const cell of row) {
    const colon = cell.indexOf(': ');
    const isEmpty = colon < 0 && cell.endsWith(':');
    const end = isEmpty ? cell.length - 1 : colon;
    if (end < 2 || end > MAX_LABEL || !/^[A-Za-z][A-Za-z ()]*$/.test(cell.slice(0, end))) continue;
    const name = cell.slice(0, end).toLowerCase();
    isTyped ||= TYPED.has(name);
    if (isTyped && / ip$|ip address$/.test(name)) continue;
    if (!values.has(name)) values.set(name, isEmpty ? '' : cell.slice(colon + 2).trim());
  }
  return values;
}

function addressIn(values: ReadonlyMap<string, string>, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const ip = canonicalAddress(values.get(name) ?? '');
    if (ip !== null) return ip;
  }
  return undefined;
}

function ownAddress(cell: string): string | undefined {
  return canonicalAddress(cell) ?? undefined;
}

function known(value: string | undefined): string | undefined {
  return value === undefined || NONE.has(value) ? undefined : value;
}
