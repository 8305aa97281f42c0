/**
 * Dovecot's login processes and auth server. `rip=` is written behind the login name, so the last one counts; the peer of an auth
 * line stands between the name and `): `, and where a name or password imitates that, nobody is blamed.
 */
import { canonicalAddress } from '../../../kit/address.ts';
import type { Fields } from '../../../model/log-event.ts';
import { eventOf } from '../../event.ts';
import { type DeclaredProgram, defineProgram } from '../../message/program.ts';

const SERVICES = ['imap', 'pop3', 'managesieve', 'submission', 'sieve'];
const FAILED = ['auth failed', 'auth_failed', 'disabled plaintext auth', 'disallowed', 'proxy dest auth failed'];
/** Of a connection that ended without a login. That nobody tried to log in is no sign by itself: watchers of uptime do the same. */
const PROBED = ['disconnected before auth', 'disconnected during TLS', 'Too many', 'SSL_accept'];
const DATABASES = [
  'pam(',
  'sql(',
  'ldap(',
  'passwd-file(',
  'static(',
  'imap(',
  'lua(',
  'passwd(',
  'shadow(',
  'oauth2(',
];
const REFUSED = [
  'unknown user',
  'mismatch',
  'pam_authenticate() failed',
  'invalid credentials',
  'Login disabled',
  'not found',
];

const declared = defineProgram({
  name: 'dovecot',
  programs: ['dovecot', 'dovecot-auth', 'auth-worker', 'auth', ...SERVICES.map((service) => `${service}-login`)],
});

/** Dovecot; messages are found by marks inside, which the pattern language has no words for. */
export const dovecot: DeclaredProgram = {
  ...declared,
  read,
  decode(envelope) {
    // Without a `dovecot:` before it the process is the tag itself.
    const led =
      !envelope.message.startsWith('auth(') &&
      (envelope.program?.endsWith('-login') || envelope.program === 'auth' || envelope.program === 'auth-worker');
    const text = led ? `${envelope.program}: ${envelope.message}` : envelope.message;
    const fields = read(text);
    return fields === null ? null : eventOf(envelope, declared.kind, fields);
  },
};

function read(message: string): Fields | null {
  const login = message.indexOf('-login: ');
  if (login > 0 && login < 24) return loginLine(message, login + 8);
  if (message.startsWith('auth') || message.startsWith('dovecot: auth') || hasDatabase(message))
    return authLine(message);
  return null;
}

/** `Disconnected (auth failed, 1 attempts): user=<NAME>, method=PLAIN, rip=ADDRESS, lip=ADDRESS, TLS, session=<ID>`. */
function loginLine(message: string, start: number): Fields | null {
  const at = message.lastIndexOf(' rip=');
  if (at < start) return null;
  const ip = canonicalAddress(wordAt(message, at + 5));
  const lip = message.startsWith('lip=', endOf(message, at + 5) + 2)
    ? canonicalAddress(wordAt(message, endOf(message, at + 5) + 6))
    : null;
  const named = message.indexOf('user=<', start);
  const said = message.slice(start, named < 0 ? at : named);
  const beforeMethod = message.lastIndexOf('>', at);
  const user = named < 0 || beforeMethod < named ? '' : message.slice(named + 6, beforeMethod);
  const common: Fields = {
    'source.ip': ip ?? undefined,
    'destination.ip': lip ?? undefined,
    'user.name': user === '' ? undefined : user,
    'event.reason': said.replace(/[:,\s]+$/, ''),
  };
  return { ...meaningOf(said, message.slice(at)), ...common };
}

function meaningOf(said: string, tail: string): Fields {
  const is = (words: readonly string[]): boolean => words.some((word) => said.includes(word));
  const login = { 'event.category': 'authentication', 'event.action': 'dovecot-login' };
  if (is(FAILED)) return { ...login, 'event.outcome': 'failure' };
  if (said.startsWith('Login: ') || said.startsWith('Info: Login: ')) return { ...login, 'event.outcome': 'success' };
  if (is(PROBED) || tail.includes('SSL_accept() failed'))
    return { 'event.category': 'intrusion_detection', 'event.action': 'dovecot-probe', 'event.outcome': 'failure' };
  return { 'event.category': 'session', 'event.action': 'dovecot-message' };
}

/** `pam(NAME,ADDRESS,<SESSION>): REASON`, behind whatever the worker writes before; `auth(NAME,ADDRESS,...)` since 2.4. */
function authLine(message: string): Fields | null {
  const open = openOf(message);
  if (open < 0) return null;
  const first = peerBefore(message, open, message.indexOf(')', open));
  const close = message.lastIndexOf('): ');
  const last = close < 0 ? first : peerBefore(message, open, close);
  const peer = first ?? last;
  if (peer === null || (first !== null && last !== null && first.ip !== last.ip)) return null;
  const reason = message.slice(Math.max(message.indexOf('): ', open), open) + 3, message.length);
  const refused = REFUSED.some((word) => message.includes(word)) || message.includes('failed');
  return {
    'event.category': 'authentication',
    'event.action': 'dovecot-auth',
    'event.outcome': refused ? 'failure' : undefined,
    'source.ip': peer.ip,
    'user.name': peer.user === '' ? undefined : peer.user,
    'event.reason': reason,
  };
}

function openOf(message: string): number {
  let best = -1;
  for (const database of DATABASES) {
    const at = message.indexOf(database);
    if (at >= 0 && (best < 0 || at + database.length < best)) best = at + database.length;
  }
  return best >= 0 ? best : message.startsWith('auth(') ? 5 : -1;
}

function hasDatabase(message: string): boolean {
  return DATABASES.some((database) => message.startsWith(database));
}

/** `NAME,ADDRESS[,MORE]` between two places: the first part behind a comma that is an address, seen from the end. */
function peerBefore(message: string, open: number, close: number): { ip: string; user: string } | null {
  if (close < open) return null;
  const parts = message.slice(open, Math.min(close, open + 1024));
  let end = parts.length;
  for (let tries = 0; tries < 3 && end > 0; tries++) {
    const comma = parts.lastIndexOf(',', end - 1);
    if (comma < 0) return null;
    const ip = canonicalAddress(parts.slice(comma + 1, end));
    if (ip !== null) return { ip, user: parts.slice(0, comma) };
    end = comma;
  }
  return null;
}

function endOf(message: string, from: number): number {
  let end = from;
  while (end < message.length && message.charCodeAt(end) !== 44 && message.charCodeAt(end) !== 32) end++;
  return end;
}

function wordAt(message: string, from: number): string {
  return message.slice(from, endOf(message, from));
}
