/** Names that products give to the parts of an event, and the ECS fields they are. */
import { canonicalAddress } from '../../kit/address.ts';
import type { Fields, FieldValue } from '../../model/log-event.ts';
import type { ZoneClock } from '../decoder.ts';
import { readStamp } from '../message/stamp.ts';
import { categoryOf, guessedCategory, outcomeOf, toldOutcome } from './meaning.ts';
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
/** Names of IANA's protocol numbers that logs carry. */
export const TRANSPORTS: Readonly<Record<string, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  47: 'gre',
  50: 'esp',
  58: 'ipv6-icmp',
};
const TIMES = [
  'rt',
  'devtime',
  'unifiutctime',
  'devicereceipttime',
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
  'start_time',
  'startutc',
  'start',
  'end',
  'endtime',
  'firstpacketsecond',
  'date_time',
  'systemtime',
  'creationtime',
  'published',
  'created',
  'createdat',
  'event.created',
  'createddatetime',
  'timegenerated',
  '_time',
  'eventtimestamp',
  'detectiontime',
  'activitydatetime',
  'requestreceivedtimestamp',
  'date',
];
/** Methods of HTTP, and the verbs of Kubernetes, which are small. */
const VERB =
  /^(?:[A-Z_-]{3,20}|get|list|watch|create|update|patch|delete|deletecollection|proxy|connect|head|post|put|options)$/;
const WRITES = new Set(['post', 'put', 'head', 'options']);
const LAYERS =
  /^(?:tcp|udp|icmp|icmpv6|ipv6-icmp|icmp6|igmp|sctp|gre|esp|ah|ospf|pim|vrrp|eigrp|ipip|ipv6|hopopt|\d+)$/i;
/** An offset as appliances name it beside their local time. */
const OFFSET = /^[+-]\d{2}:?\d{2}$/;
/** The ECS fields of named values. Without `guess` nothing but a stated login names the category. `bare` holds the names whose values are not quoted: what stands behind them may be forged. */
export function mapFields(values: ReadonlyMap<string, string>, bare?: ReadonlySet<string>, guess = true): Fields {
  const fields: Record<string, FieldValue> = {};
  const ranks: Record<string, number> = {};
  for (const [name, value] of values) {
    if (value === '' || value === '-' || value === '--' || value === '(null)') continue;
    const own = BY_NAME.get(name);
    const targets = own ?? BY_NAME.get(withoutWrapping(name));
    if (targets === undefined) continue;
    for (const target of targets) {
      const { field } = target;
      // A name within a wrapping is less sure than any of its own.
      const rank = own === undefined ? target.rank + WRAPPED : target.rank;
      if (rank >= (ranks[field] ?? Number.POSITIVE_INFINITY)) continue;
      const read = fieldValue(field, value);
      if (read === null) continue;
      fields[field] = read;
      ranks[field] = rank;
    }
  }
  if (bare !== undefined) guardPeer(fields, values, bare);
  shape(fields, values);
  const outcome = outcomeOf(values);
  if (outcome !== null) {
    fields['event.category'] = 'authentication';
    fields['event.outcome'] = outcome;
    return fields;
  }
  const category = categoryOf(fields, values) ?? (guess ? guessedCategory(fields, values) : null);
  if (category !== null) fields['event.category'] = category;
  const told = toldOutcome(values, category === 'authentication');
  if (told !== null) fields['event.outcome'] = told;
  return fields;
}

const WRAPPED = 1000;
/** Objects into which senders put a record as a whole. */
const WRAPPINGS = new Set(['event', 'data', 'result', 'payload', 'record', 'log', 'jsonpayload', '_source']);

/** `event.clientip` is `clientip`. */
function withoutWrapping(name: string): string {
  const dot = name.indexOf('.');
  return dot > 0 && WRAPPINGS.has(name.slice(0, dot)) ? name.slice(dot + 1) : '';
}

/** Fields whose values a remote side chooses. */
const TYPED = new Set([
  'user.name',
  'user.domain',
  'url.original',
  'url.path',
  'url.domain',
  'user_agent.original',
  'event.reason',
]);

/** Where two names disagree about the peer, only one that stands before anything a remote side typed is believed. */
function guardPeer(
  fields: Record<string, FieldValue>,
  values: ReadonlyMap<string, string>,
  bare: ReadonlySet<string>,
): void {
  let first: string | null = null;
  let typed = false;
  let disagree = false;
  for (const [name, value] of values) {
    const targets = BY_NAME.get(name);
    if (targets === undefined) continue;
    const ip = targets.some(({ field }) => field === 'source.ip') ? addressOf(value) : null;
    if (ip !== null && first === null) first = typed ? '' : ip;
    else if (ip !== null && ip !== first) disagree = true;
    if (bare.has(name) && targets.some(({ field }) => TYPED.has(field))) typed = true;
  }
  if (!disagree) return;
  if (first !== null && first !== '') fields['source.ip'] = first;
  else delete fields['source.ip'];
}

/** Splits what products write into one value: URLs, `DOMAIN\\user`, quotes around a value. */
function shape(fields: Record<string, FieldValue>, values: ReadonlyMap<string, string>): void {
  for (const name of ['url.original', 'user_agent.original', 'user.name', 'http.request.method']) {
    const value = fields[name];
    if (typeof value === 'string' && value.length > 1 && value.startsWith('"') && value.endsWith('"'))
      fields[name] = value.slice(1, -1);
  }
  const user = fields['user.name'];
  const slash = typeof user === 'string' ? user.indexOf('\\') : -1;
  if (typeof user === 'string' && slash > 0 && slash < user.length - 1) {
    fields['user.domain'] = user.slice(0, slash);
    fields['user.name'] = user.slice(user.lastIndexOf('\\') + 1);
  }
  const path = fields['url.path'];
  if (typeof path === 'string' && path.includes('://') && fields['url.original'] === undefined) {
    fields['url.original'] = path;
    delete fields['url.path'];
  }
  // FortiOS names the console of an administrator: `GUI(192.0.2.1)`.
  const console = fields['source.ip'] === undefined ? values.get('ui') : undefined;
  const open = console === undefined ? -1 : console.indexOf('(');
  const peer = open > 0 && console!.endsWith(')') ? canonicalAddress(console!.slice(open + 1, -1)) : null;
  if (peer !== null) fields['source.ip'] = peer;
  // An application's name, `HTTPS.BROWSER`, where the protocol is named too.
  const service = values.get('service');
  if (service !== undefined && service !== '' && !service.includes('/') && values.get('app')?.includes('.'))
    fields['network.protocol'] = service;
  // Check Point: `service` is the port, `service_id` its name.
  if (service !== undefined && /^\d{1,5}$/.test(service) && fields['network.protocol'] === service) {
    if (Number(service) < 65_536) fields['destination.port'] ??= Number(service);
    const named = values.get('service_id');
    if (named === undefined || named === '') delete fields['network.protocol'];
    else fields['network.protocol'] = named;
  }
  // `proto=tcp/https`, and firewalls that name both layers.
  const transport = fields['network.transport'];
  const bar = typeof transport === 'string' ? transport.indexOf('/') : -1;
  if (typeof transport === 'string' && bar > 0) {
    fields['network.transport'] = transport.slice(0, bar);
    if (!/^\d*$/.test(transport.slice(bar + 1))) fields['network.protocol'] = transport.slice(bar + 1);
  }
  const layer = fields['network.transport'];
  if (typeof layer === 'string' && !LAYERS.test(layer) && fields['network.protocol'] === undefined) {
    fields['network.protocol'] = layer;
    delete fields['network.transport'];
  }
  const lower = values.get('ipproto');
  const upper = values.get('proto');
  if (lower !== undefined && upper !== undefined && /^[a-z]/i.test(upper)) {
    fields['network.transport'] = TRANSPORTS[lower] ?? lower.toLowerCase();
    fields['network.protocol'] = upper;
  }
  for (const [side, name] of SIDES) {
    const port = fields[`${side}.port`] === undefined ? portOf(values.get(name)) : null;
    if (port !== null && fields[`${side}.ip`] !== undefined) fields[`${side}.port`] = port;
  }
  splitRequest(fields);
  const site = values.get('hostname');
  if (fields['url.original'] !== undefined && site !== undefined && site !== '' && values.has('devname')) {
    fields['url.domain'] = site;
    fields['destination.domain'] = site;
    delete fields['host.name'];
    const device = values.get('devname');
    if (device !== undefined) fields['host.name'] = device;
  }
  urlParts(fields);
}

/** Where records write an address with its port. */
const SIDES = [
  ['source', 'src'],
  ['destination', 'dst'],
] as const;

/** A request's first line, and up to its agent where a record holds all of it, with its line ends escaped or not. */
const REQUEST = /^([A-Z]{3,10}) (\S{1,8192}) HTTP\/(\d(?:\.\d)?)/;
const AGENT = /(?:\\r\\n|\\n|\n)User-Agent: ([^\r\n\\]{1,512})/i;

/** `GET /path HTTP/1.1` where a record has the request's line, or all of the request, as one value. */
function splitRequest(fields: Record<string, FieldValue>): void {
  const url = fields['url.original'];
  if (typeof url !== 'string' || url.indexOf(' ') < 0) return;
  const found = REQUEST.exec(url);
  if (found === null) return;
  const agent = fields['user_agent.original'] === undefined ? AGENT.exec(url.slice(0, 8192)) : null;
  if (agent !== null) fields['user_agent.original'] = agent[1]!;
  fields['url.original'] = found[2]!;
  fields['http.request.method'] ??= found[1]!;
  fields['http.version'] ??= found[3]!;
}

/** `url.path`, `url.query` and `url.domain` of an address that has none of them yet. */
export function urlParts(fields: Record<string, FieldValue | undefined>): void {
  const url = fields['url.original'];
  if (typeof url !== 'string' || fields['url.path'] !== undefined) return;
  const scheme = url.indexOf('://');
  const start = scheme > 0 && scheme < 12 ? scheme + 3 : 0;
  const slash = url.indexOf('/', start);
  if (start > 0) {
    const end = slash < 0 ? url.length : slash;
    const host = url.slice(url.lastIndexOf('@', end) > start ? url.lastIndexOf('@', end) + 1 : start, end);
    if (host !== '' && host.length < 256) fields['url.domain'] ??= host.replace(/:\d{1,5}$/, '');
  } else if (slash !== 0) return;
  const path = slash < 0 ? '' : url.slice(slash);
  const query = path.indexOf('?');
  if (path !== '') fields['url.path'] = query < 0 ? path : path.slice(0, query);
  if (query >= 0) fields['url.query'] = path.slice(query + 1);
}

/** The time the values name; null when they name none. */
export function timeOf(values: ReadonlyMap<string, string>, nowMs: number, zone: ZoneClock): number | null {
  const date = values.get('date');
  const clock = values.get('time');
  const named = values.get('tz');
  const offset = named !== undefined && OFFSET.test(named) ? ` ${named}` : ' ';
  if (date !== undefined && clock !== undefined)
    return readStamp(`${date} ${clock}${offset}`, nowMs, zone)?.time ?? null;
  for (const name of TIMES) {
    const value = values.get(name);
    if (value === undefined) continue;
    const number = Number(value);
    if (number > 1e8)
      return Math.floor(
        number > 1e17 ? number / 1e6 : number > 1e14 ? number / 1e3 : number > 1e11 ? number : number * 1000,
      );
    const stamp = readStamp(`${value.slice(0, 64)}${offset}`, nowMs, zone);
    if (stamp !== null) return stamp.time;
  }
  return null;
}

function fieldValue(field: string, value: string): FieldValue | null {
  if (ADDRESSES.has(field)) return addressOf(value);
  if (field === 'source.mac' && !value.includes(':') && !value.includes('-') && !value.includes('.')) return null;
  if (field === 'http.request.method')
    return VERB.test(value) ? (WRITES.has(value) ? value.toUpperCase() : value) : null;
  if (field === 'network.transport') return TRANSPORTS[value] ?? value.toLowerCase();
  // A number for nobody: `userId=0`.
  if (field === 'user.name' && value === '0') return null;
  if (!PORTS.has(field) && !COUNTS.has(field)) return value;
  const number = Number(value);
  // Of a request that was never answered.
  if (field === 'http.response.status_code' && number < 100) return null;
  return Number.isInteger(number) && number >= 0 && (COUNTS.has(field) || number < 65_536) ? number : null;
}

/** An address, also with its port: `203.0.113.7:4711`, `[2001:db8::1]:4711`. */
function addressOf(value: string): string | null {
  if (value.length > 64) return null;
  const plain = canonicalAddress(value);
  if (plain !== null) return plain;
  // Of a list the nearest hop stands last; Asterisk writes `IPV4/UDP/203.0.113.7/5060`.
  const comma = value.lastIndexOf(',');
  if (comma > 0) return addressOf(value.slice(comma + 1).trim());
  if (value.startsWith('IPV')) return canonicalAddress(value.split('/')[2] ?? '');
  const close = value.indexOf(']');
  if (value.startsWith('[') && close > 0) return canonicalAddress(value.slice(1, close));
  const last = canonicalAddress(value.slice(0, Math.max(0, value.lastIndexOf(':'))));
  // SonicOS names the interface, too: `203.0.113.7:4711:X1`.
  return last ?? canonicalAddress(value.slice(0, Math.max(0, value.indexOf(':'))));
}

/** The port of `203.0.113.7:4711` and `203.0.113.7:4711:X1`; 0 stands for none. */
function portOf(value: string | undefined): number | null {
  const found = value === undefined || value.length > 64 ? null : /^\d[\d.]+:(\d{1,5})(?::|$)/.exec(value);
  const port = found === null ? 0 : Number(found[1]);
  return port > 0 && port < 65_536 ? port : null;
}
