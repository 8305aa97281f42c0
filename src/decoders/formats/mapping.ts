/** Names that products give to the parts of an event, and the ECS fields they are. */
import { canonicalAddress } from '../../kit/address.ts';
import type { Fields, FieldValue } from '../../model/log-event.ts';
import type { ZoneClock } from '../decoder.ts';
import { readStamp } from '../message/stamp.ts';

/** ECS field to the names it goes by, the surest first. All in lower case. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'source.ip': [
    'source.ip',
    'srcip',
    'src_ip',
    'src',
    'remip',
    'client_ip',
    'clientip',
    'remote_ip',
    'remoteaddr',
    'remote_addr',
    'remoteip',
    'request.client_ip',
    'request.remote_ip',
    'ip',
    'ip_address',
    'ipaddress',
    'sourceipaddress',
    'sourceips',
    'attr.remote',
    'attr.client',
    'callerip',
    'actor_ip',
    'id.orig_h',
    'clientaddress',
    'clienthost',
    'from_ip',
    'visitor_ip',
    'httpsourceip',
    'remote',
    'addr',
  ],
  // What a proxy says of the client; believed only of proxies that are trusted (forwarded.ts).
  'http.request.forwarded': [
    'x_forwarded_for',
    'http_x_forwarded_for',
    'x-forwarded-for',
    'xff',
    'forwarded_for',
    'request.headers.x-forwarded-for',
    'headers.x-forwarded-for',
    'request_x-forwarded-for',
    'forwarded',
    'http_forwarded',
    'request.headers.forwarded',
    'headers.forwarded',
  ],
  'http.request.real_ip': [
    'x_real_ip',
    'real_ip',
    'http_x_real_ip',
    'x-real-ip',
    'request.headers.x-real-ip',
    'headers.x-real-ip',
    'cf_connecting_ip',
    'cf-connecting-ip',
    'request.headers.cf-connecting-ip',
    'true_client_ip',
  ],
  'source.port': [
    'srcport',
    'src_port',
    'spt',
    'source.port',
    'id.orig_p',
    'request.remote_port',
    'remote_port',
    'sourceport',
    'srcprt',
  ],
  'destination.ip': ['dstip', 'dst_ip', 'dest_ip', 'dst', 'destination.ip', 'id.resp_h', 'destinationip'],
  'destination.port': ['dstport', 'dst_port', 'dest_port', 'dpt', 'destination.port', 'id.resp_p', 'destinationport'],
  'user.name': [
    'user.name',
    'username',
    'user',
    'duser',
    'suser',
    'usrname',
    'account',
    'login',
    'useridentity.username',
    'attr.principalname',
    'attr.user',
    'user.username',
    'uname',
    'email',
  ],
  'user.domain': ['user.domain', 'userdomain', 'sntdom'],
  'url.path': ['request.uri', 'url.path', 'path', 'uri', 'http_path', 'requestpath', 'http.url', 'requesturi'],
  'url.original': ['url', 'request', 'url.original'],
  'url.domain': ['request.host', 'hostname', 'http.hostname', 'dhost', 'url.domain', 'httphostname', 'requesthost'],
  'http.request.method': ['request.method', 'method', 'http_method', 'http.http_method', 'requestmethod', 'httpmethod'],
  'http.response.status_code': [
    'status',
    'http_status',
    'status_code',
    'http.status',
    'downstreamstatus',
    'httpstatus',
    'statuscode',
  ],
  'user_agent.original': [
    'useragent',
    'user_agent',
    'http.http_user_agent',
    'request.headers.user-agent',
    'requestclientapplication',
    'agent',
    'ua',
    'request_user-agent',
  ],
  'network.transport': ['proto', 'network.transport', 'transport'],
  'network.protocol': ['app', 'app_proto', 'service'],
  'event.action': ['action', 'act', 'event_type', 'eventname', 'eventid', 'event.action'],
  'event.code': ['logid', 'eventid', 'event_id', 'event.code', 'id'],
  'log.level': ['level', 'lvl', 'log.level', 'levelname', 'severity'],
  'host.name': ['devname', 'host.name', 'dvchost'],
  'source.mac': ['srcmac', 'smac', 'source.mac'],
  'source.bytes': ['sentbyte', 'out', 'source.bytes'],
  'destination.bytes': ['rcvdbyte', 'in', 'destination.bytes'],
  'event.reason': ['reason', 'errormessage', 'error'],
  'rule.name': ['alert.signature', 'policyname', 'rule.name', 'rulename'],
  'dns.question.name': ['qname', 'dns.rrname', 'query', 'dns.question.name'],
};
const ADDRESSES = new Set(['source.ip', 'destination.ip']);
const PORTS = new Set(['source.port', 'destination.port', 'http.response.status_code']);
const COUNTS = new Set(['source.bytes', 'destination.bytes']);
const TRANSPORTS: Readonly<Record<string, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp' };
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
  for (const [field, names] of Object.entries(NAMES))
    for (const name of names) {
      const value = values.get(name);
      const read = value === undefined || value === '' || value === '-' ? null : fieldValue(field, value);
      if (read === null) continue;
      fields[field] = read;
      break;
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
