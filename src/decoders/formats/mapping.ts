/** Names that products give to the parts of an event, and the ECS fields they are. */
import { canonicalAddress } from '../../kit/address.ts';
import type { Fields, FieldValue } from '../../model/log-event.ts';
import type { ZoneClock } from '../decoder.ts';
import { readStamp } from '../message/stamp.ts';
import { NAMES } from './names.ts';

interface Target {
  readonly field: string;
  /** Position among the names of its field; the lower one wins. */
  readonly rank: number;
}

/** Name to fields, so that an event costs as much as it has values, however many names are known. */
const BY_NAME: ReadonlyMap<string, readonly Target[]> = indexOf(NAMES);

function indexOf(names: Readonly<Record<string, readonly string[]>>): Map<string, Target[]> {
  const index = new Map<string, Target[]>();
  for (const [field, list] of Object.entries(names))
    for (const [rank, name] of list.entries()) {
      const known = index.get(name);
      if (known === undefined) index.set(name, [{ field, rank }]);
      else known.push({ field, rank });
    }
  return index;
}

const ADDRESSES = new Set(['source.ip', 'destination.ip', 'source.nat.ip', 'destination.nat.ip']);
const PORTS = new Set(['source.port', 'destination.port', 'http.response.status_code']);
const COUNTS = new Set(['source.bytes', 'destination.bytes', 'source.packets', 'destination.packets']);
const TRANSPORTS: Readonly<Record<string, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  47: 'gre',
  50: 'esp',
  58: 'ipv6-icmp',
};
const FAILED = [
  'login failed',
  'failed login',
  'login fail',
  'authentication failed',
  'authentication failure',
  'failed authentication',
  'invalid username or password',
  'login_failed',
  'login_error',
  'invalid credentials',
  'incorrect username or password',
  'ssl-login-fail',
  'unsuccessful authentication',
  'wrong password',
  'incorrect password',
  'invalid password',
  'failed sign-in',
];
const SUCCEEDED = [
  'login successful',
  'logged in',
  'login success',
  'successful login',
  'authentication succeeded',
  'tunnel-up',
];
const TIMES = [
  'time',
  'timestamp',
  'ts',
  '@timestamp',
  't',
  't.$date',
  'asctime',
  'eventtime',
  'datetime',
  'starttime',
  'startutc',
  'requestreceivedtimestamp',
  'date',
];
/** What the program writes of its own accord; never a user's name or a path, which could say "login failed". */
const TELLING = ['msg', 'message', 'logdesc', 'action', 'act', 'event', 'eventid', 'type', 'outcome', 'error', 'name'];

/** The ECS fields of named values. */
export function mapFields(values: ReadonlyMap<string, string>): Fields {
  const fields: Record<string, FieldValue> = {};
  const ranks: Record<string, number> = {};
  for (const [name, value] of values) {
    const targets = value === '' || value === '-' || value === 'N/A' ? undefined : BY_NAME.get(name);
    if (targets === undefined) continue;
    for (const { field, rank } of targets) {
      if (rank >= (ranks[field] ?? Number.POSITIVE_INFINITY)) continue;
      const read = fieldValue(field, value);
      if (read === null) continue;
      fields[field] = read;
      ranks[field] = rank;
    }
  }
  const outcome = outcomeOf(values);
  if (outcome !== null) {
    fields['event.category'] = 'authentication';
    fields['event.outcome'] = outcome;
  } else if (values.has('alert.signature')) fields['event.category'] = 'intrusion_detection';
  else if (fields['http.request.method'] !== undefined) fields['event.category'] = 'web';
  else if (fields['destination.ip'] !== undefined && fields['source.ip'] !== undefined)
    fields['event.category'] = 'network';
  return fields;
}

/** The time the values name; null when they name none. */
export function timeOf(values: ReadonlyMap<string, string>, nowMs: number, zone: ZoneClock): number | null {
  const date = values.get('date');
  const clock = values.get('time');
  if (date !== undefined && clock !== undefined) return readStamp(`${date} ${clock} `, nowMs, zone)?.time ?? null;
  for (const name of TIMES) {
    const value = values.get(name);
    if (value === undefined) continue;
    const number = Number(value);
    if (number > 1e8)
      return Math.floor(
        number > 1e17 ? number / 1e6 : number > 1e14 ? number / 1e3 : number > 1e11 ? number : number * 1000,
      );
    const stamp = readStamp(`${value.slice(0, 64)} `, nowMs, zone);
    if (stamp !== null) return stamp.time;
  }
  return null;
}

function fieldValue(field: string, value: string): FieldValue | null {
  if (ADDRESSES.has(field)) return addressOf(value);
  if (field === 'source.mac' && !value.includes(':') && !value.includes('-') && !value.includes('.')) return null;
  if (field === 'network.transport') return TRANSPORTS[value] ?? value.toLowerCase();
  if (!PORTS.has(field) && !COUNTS.has(field)) return value;
  const number = Number(value);
  return Number.isInteger(number) && number >= 0 && (COUNTS.has(field) || number < 65_536) ? number : null;
}

/** An address, also with its port: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
function addressOf(value: string): string | null {
  if (value.length > 64) return null;
  const plain = canonicalAddress(value);
  if (plain !== null) return plain;
  const close = value.indexOf(']');
  if (value.startsWith('[') && close > 0) return canonicalAddress(value.slice(1, close));
  return canonicalAddress(value.slice(0, Math.max(0, value.lastIndexOf(':'))));
}

function outcomeOf(values: ReadonlyMap<string, string>): 'success' | 'failure' | null {
  for (const name of TELLING) {
    const value = values.get(name)?.slice(0, 160).toLowerCase();
    if (value === undefined) continue;
    if (FAILED.some((text) => value.includes(text))) return 'failure';
    if (SUCCEEDED.some((text) => value.includes(text))) return 'success';
  }
  return null;
}
