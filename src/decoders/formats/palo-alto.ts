/** Palo Alto PAN-OS syslog in its documented column order ("Syslog Field Descriptions", PAN-OS 10 and 11). */

import { canonicalAddress } from '../../kit/address.ts';
import type { Fields, FieldValue } from '../../model/log-event.ts';
import { readCsv } from './csv.ts';

type Columns = Readonly<Record<string, number>>;

const FLOW: Columns = {
  'source.ip': 7,
  'destination.ip': 8,
  'source.nat.ip': 9,
  'destination.nat.ip': 10,
  'rule.name': 11,
  'user.name': 12,
  'network.protocol': 14,
  'source.port': 24,
  'destination.port': 25,
  'network.transport': 29,
  'event.action': 30,
};
const COLUMNS: Readonly<Record<string, Columns>> = {
  TRAFFIC: { ...FLOW, 'network.bytes': 31, 'source.bytes': 32, 'destination.bytes': 33, 'observer.name': 52 },
  THREAT: { ...FLOW, 'url.original': 31, 'log.level': 34, 'observer.name': 59, 'user_agent.original': 46 },
  USERID: { 'source.ip': 8, 'user.name': 9, 'source.port': 14, 'destination.port': 15, 'observer.name': 24 },
  GLOBALPROTECT: {
    'event.action': 8,
    'user.name': 12,
    'source.ip': 15,
    'host.name': 14,
    'event.reason': 25,
    'observer.name': 47,
  },
  SYSTEM: { 'event.action': 8, 'log.level': 13, 'event.reason': 14, 'observer.name': 22 },
  CONFIG: { 'source.address': 7, 'event.action': 9, 'user.name': 10, 'observer.name': 22 },
  DECRYPTION: { ...FLOW, 'network.protocol': 14 },
  TUNNEL: FLOW,
  HIPMATCH: { 'user.name': 7, 'host.name': 9, 'source.ip': 11, 'observer.name': 23 },
  IPTAG: { 'source.ip': 8, 'observer.name': 21 },
  AUTHENTICATION: { 'source.ip': 8, 'user.name': 9, 'event.action': 12, 'event.reason': 17, 'observer.name': 26 },
};
const NUMBERS = ['source.port', 'destination.port', 'network.bytes', 'source.bytes', 'destination.bytes'];
const REFUSED = /^(?:deny|drop|reset|block|sinkhole)/;
const SUBTYPES = new Set(['threat', 'vulnerability', 'spyware', 'virus', 'wildfire', 'scan', 'flood']);

/** A line `1,TIME,SERIAL,TYPE,SUBTYPE,...`; null when its type is none that is known. */
export function readPanOs(text: string): { fields: Fields; time: string } | null {
  const row = readCsv(text);
  const type = row[3];
  const columns = type === undefined ? undefined : COLUMNS[type];
  if (columns === undefined || row.length < 12) return null;
  const fields: Record<string, FieldValue | undefined> = { 'observer.vendor': 'Palo Alto Networks' };
  for (const [field, index] of Object.entries(columns)) {
    const value = row[index];
    if (value === undefined || value === '') continue;
    const read = columnValue(field, value);
    if (read !== null) fields[field] = read;
  }
  const user = fields['user.name'];
  const slash = typeof user === 'string' ? user.indexOf('\\') : -1;
  if (typeof user === 'string' && slash > 0) {
    fields['user.domain'] = user.slice(0, slash);
    fields['user.name'] = user.slice(slash + 1);
  }
  return { fields: { ...fields, ...meaningOf(type!, row) }, time: timeOf(row) };
}

/** The high-resolution stamp of newer releases, which names its zone, or the time of generation. */
function timeOf(row: readonly string[]): string {
  for (let at = row.length - 1; at >= 12; at--) {
    const text = row[at]!;
    if (text.length >= 25 && text.length <= 32 && text.charCodeAt(10) === 84 && text.charCodeAt(4) === 45) return text;
  }
  const text = row[6] || row[1]!;
  return text.split(':').length === 2 ? `${text}:00` : text;
}

function columnValue(field: string, value: string): FieldValue | null {
  if (field.endsWith('.ip')) return value === '0.0.0.0' ? null : canonicalAddress(value);
  if (NUMBERS.includes(field)) return /^\d{1,15}$/.test(value) ? Number(value) : null;
  return value;
}

function meaningOf(type: string, row: readonly string[]): Fields {
  const subtype = row[4] ?? '';
  if (type === 'USERID')
    return {
      'event.category': 'authentication',
      'event.action': subtype,
      'event.outcome': subtype === 'login' || subtype === 'logout' ? 'success' : undefined,
    };
  if (type === 'SYSTEM') return systemMeaning(subtype, row);
  if (type === 'GLOBALPROTECT') {
    const event = row[8] ?? '';
    const isLogin = event.includes('auth') || event.includes('login') || event.includes('prelogin');
    const status = row[28] ?? '';
    return {
      'event.category': isLogin ? 'authentication' : 'session',
      'event.action': event,
      'event.outcome': status === 'success' || status === 'failure' ? status : undefined,
      'event.reason': row[25] || row[26] || row[27] || undefined,
    };
  }
  if (type === 'HIPMATCH') return { 'event.category': 'network' };
  if (type === 'CONFIG') return { 'event.category': 'configuration' };
  if (type === 'AUTHENTICATION') {
    const said = (row[17] ?? '').toLowerCase();
    const failed = /fail|invalid|not in allow|denied|reject|lock|timed out|expired/.test(said);
    const passed = /success|authenticated|passed/.test(said);
    return { 'event.category': 'authentication', 'event.outcome': failed ? 'failure' : passed ? 'success' : undefined };
  }
  const threat = type === 'THREAT' && SUBTYPES.has(subtype);
  return {
    'event.category': threat ? 'intrusion_detection' : type === 'THREAT' && subtype === 'file' ? 'file' : 'network',
    'event.outcome': threat || REFUSED.test(row[30] ?? '') ? undefined : 'success',
  };
}

const LOGGED_IN = /^User (.{1,128}) (logged (?:in|out)|failed to log ?in)\b.{0,64} from ([0-9a-f.:]{3,45})\b/;

/** The authentication messages of the SYSTEM log quote the user and close with ` From: ADDRESS.`, both written by the firewall. */
function systemMeaning(subtype: string, row: readonly string[]): Fields {
  const action = row[8] ?? '';
  const said = row[14] ?? '';
  const person = LOGGED_IN.exec(said.slice(0, 320));
  if (person !== null) return loginOf(person);
  if (subtype === 'globalprotect' || action.startsWith('globalprotect')) return portalMeaning(action, said);
  if (subtype === 'vpn' || subtype === 'dhcp' || subtype === 'routing') return { 'event.category': 'network' };
  if (subtype !== 'auth' && !action.includes('auth')) return { 'event.category': 'host' };
  const from = said.lastIndexOf(' From: ');
  const ip = from < 0 ? null : canonicalAddress(said.slice(from + 7).replace(/\.$/, ''));
  return {
    'event.category': 'authentication',
    'event.outcome': action.includes('fail') ? 'failure' : 'success',
    'source.ip': ip ?? undefined,
    'destination.ip': serverOf(said, from) ?? undefined,
    'user.name': userOf(said),
  };
}

/** `User admin logged in via Web from 203.0.113.7 using https`. */
function loginOf(found: RegExpExecArray): Fields {
  const [, user, done = '', address = ''] = found;
  const ip = canonicalAddress(address) ?? undefined;
  if (done === 'logged out')
    return { 'event.category': 'session', 'event.action': 'logout', 'user.name': user, 'source.ip': ip };
  return {
    'event.category': 'authentication',
    'event.outcome': done === 'logged in' ? 'success' : 'failure',
    'user.name': user,
    'source.ip': ip,
  };
}

/** `GlobalProtect gateway user authentication failed. Login from: ADDRESS, Source region: DE, User name: NAME, ...`: the address comes first. */
function portalMeaning(action: string, said: string): Fields {
  const at = said.indexOf('Login from: ');
  const start = at + 12;
  const end = at < 0 ? -1 : said.indexOf(',', start);
  const name = said.indexOf(', User name: ', Math.max(end, 0));
  const close = name < 0 ? -1 : said.indexOf(',', name + 13);
  const isLogin = action.includes('auth') || action.includes('login');
  const failed = action.includes('fail') || said.includes(' failed');
  return {
    'event.category': isLogin ? 'authentication' : 'session',
    'event.outcome': failed ? 'failure' : action.includes('succ') || said.includes('succeeded') ? 'success' : undefined,
    'source.ip': end < 0 ? undefined : (canonicalAddress(said.slice(start, end).trim()) ?? undefined),
    'user.name': name < 0 ? undefined : said.slice(name + 13, close < 0 ? undefined : close),
  };
}

/** `for user 'NAME'` or, in older releases, `for user NAME.`. */
function userOf(said: string): string | undefined {
  const start = said.indexOf(' user ') + 6;
  if (start < 6) return undefined;
  if (said.charCodeAt(start) === 39) {
    const close = said.indexOf("'", start + 1);
    return close < 0 ? undefined : said.slice(start + 1, close);
  }
  const end = said.indexOf('. ', start);
  return end < 0 ? undefined : said.slice(start, end);
}

/** The last `server address ADDRESS`, which the firewall writes behind the name. */
function serverOf(said: string, from: number): string | null {
  const at = said.lastIndexOf('server address ', from < 0 ? said.length : from);
  if (at < 0) return null;
  const end = said.indexOf(',', at);
  return canonicalAddress(said.slice(at + 15, end < 0 ? said.length : end).replaceAll("'", ''));
}
