/** Linux-PAM modules (`pam_unix(service:type): text`), whatever program they speak through. Texts as in Linux-PAM and sssd. */

import { canonicalAddress } from '../../kit/address.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { Envelope, Opening } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { PAM } from '../kinds.ts';
import { sameLogin } from '../same-login.ts';

/** More than a line of 8192 bytes, syslog's common bound, has room for. */
const MAX_READINGS = 2048;

/** Beginnings of the most frequent messages, whatever program they come through. */
export const PAM_OPENINGS: readonly Opening[] = [
  { text: 'pam_unix(', after: ':session): session ', kind: PAM, action: 'pam-session', category: 'session' },
  {
    text: 'pam_unix(',
    after: ':auth): check pass; user unknown',
    kind: PAM,
    action: 'pam-unknown-user',
    category: 'authentication',
    outcome: 'failure',
  },
];

/** The event of a message that begins with `pam_`, or null for texts that say nothing about an account. */
export function decodePam(envelope: Envelope): LogEvent | null {
  const message = envelope.message;
  const open = message.indexOf('(');
  const colon = message.indexOf(':', open);
  const close = message.indexOf(')', colon);
  if (open < 0 || colon < 0 || close < 0 || close > 96 || !message.startsWith(': ', close + 1)) return null;
  const service = message.slice(open + 1, colon);
  const at = close + 3;
  if (message.startsWith('session ', at)) return session(envelope, message, at + 8, service);
  if (message.startsWith('authentication failure;', at)) return failure(envelope, message, at + 23, service);
  if (message.startsWith('check pass; user unknown', at))
    return plain(envelope, 'pam-unknown-user', service, undefined, 'user unknown');
  if (message.startsWith('password changed for ', at))
    return plain(envelope, 'password-changed', service, message.slice(at + 21), undefined);
  if (message.startsWith('Consecutive login failures for user ', at))
    return locked(envelope, message, at + 36, ' account', service);
  if (message.startsWith('User ', at) && message.indexOf(' has been locked', at) > 0)
    return locked(envelope, message, at + 5, ' has been locked', service);
  if (message.startsWith('user ', at) && message.indexOf(' tally ', at) > 0)
    return locked(envelope, message, at + 5, ' (', service);
  if (message.startsWith('received for user ', at))
    return plain(envelope, 'pam-denied', service, message.slice(at + 18, lastOf(message, ': ')), 'denied');
  if (message.startsWith('requirement ', at)) {
    const user = message.lastIndexOf('not met by user ');
    return user < 0
      ? null
      : plain(envelope, 'pam-denied', service, unquote(message.slice(user + 16)), 'requirement not met');
  }
  return null;
}

function session(envelope: Envelope, message: string, at: number, service: string): LogEvent | null {
  const opened = message.startsWith('opened for user ', at);
  if (!opened && !message.startsWith('closed for user ', at)) return null;
  const start = at + 16;
  const by = opened ? message.lastIndexOf(' by ') : -1;
  let end = by > start ? by : message.length;
  const uid = message.lastIndexOf('(uid=', end);
  if (uid > start) end = uid;
  return eventOf(envelope, PAM, {
    'event.category': 'session',
    'event.action': 'pam-session',
    'event.outcome': 'success',
    'pam.service': service,
    'event.type': opened ? 'start' : 'end',
    'user.name': message.slice(start, end),
  });
}

/** Services whose `ruser` is empty or an account of this machine, and those that write there the name a client typed. */
const RUSER_OURS = new Set(['sshd', 'login', 'remote', 'cockpit', 'su', 'su-l', 'sudo', 'sudo-i']);
const RUSER_TYPED = new Set(['vsftpd', 'dovecot', 'proftpd', 'pure-ftpd', 'ftp']);

interface Reading {
  readonly host: string;
  readonly ruser: string;
  /** Undefined where the line names none. */
  readonly user: string | undefined;
}

/** `logname= uid=0 euid=0 tty=ssh ruser= rhost=PEER  user=NAME`, as pam_unix writes it; pam_sss with one blank before `user=`. */
function failure(envelope: Envelope, message: string, at: number, service: string): LogEvent {
  const reading = trusted(readings(message, at), service);
  const host = reading?.host ?? '';
  const ip = host === '' ? null : canonicalAddress(host);
  return refusal(envelope, service, ip, host, reading?.user);
}

/** The event of an authentication failure. `host` is what the module wrote, and counts where it is no address. */
export function refusal(
  envelope: Envelope,
  service: string,
  ip: string | null,
  host: string,
  user: string | undefined,
): LogEvent {
  return eventOf(
    envelope,
    PAM,
    {
      'event.category': 'authentication',
      'event.action': 'pam-auth',
      'event.outcome': 'failure',
      'pam.service': service,
      'source.ip': ip ?? undefined,
      'source.address': ip === null && host !== '' ? host : undefined,
      'user.name': user,
    },
    sameLogin('pam-auth', 'failure', service, false),
  );
}

/** Every way to read the line: a host without blanks, and behind it a user or the end. */
function readings(message: string, at: number): Reading[] {
  const ruser = message.indexOf(' ruser=', at);
  const found: Reading[] = [];
  let rhost = message.indexOf(' rhost=', ruser < 0 ? at : ruser + 7);
  for (; rhost >= 0 && found.length < MAX_READINGS; rhost = message.indexOf(' rhost=', rhost + 1)) {
    const blank = message.indexOf(' ', rhost + 7);
    const end = blank < 0 ? message.length : blank;
    const name = message.startsWith('  user=', end) ? end + 7 : message.startsWith(' user=', end) ? end + 6 : -1;
    if (name < 0 && end < message.length - 1) continue;
    found.push({
      host: message.slice(rhost + 7, end),
      ruser: ruser < 0 ? '' : message.slice(ruser + 7, rhost),
      user: name < 0 ? undefined : message.slice(name),
    });
  }
  return found;
}

/**
 * The reading that a client's text cannot bring about. A service of which the client types no `ruser` wrote the first
 * host. Where it typed that too it is the same name twice, or the name of an unknown user, which pam_unix does not repeat
 * behind the host. Of a service of neither list both must agree: an innocent host is never blamed.
 */
function trusted(found: readonly Reading[], service: string): Reading | undefined {
  const first = found[0];
  if (found.length < 2 || RUSER_OURS.has(service)) return first;
  if (found.length === MAX_READINGS) return undefined;
  const typed = RUSER_TYPED.has(service);
  const fitting = found.filter(({ user, ruser }) => user === undefined || user === ruser || (!typed && ruser === ''));
  return fitting.every(({ host }) => host === fitting[0]!.host) ? fitting[0] : undefined;
}

function locked(envelope: Envelope, message: string, start: number, until: string, service: string): LogEvent {
  const end = message.lastIndexOf(until);
  return plain(
    envelope,
    'pam-account-locked',
    service,
    message.slice(start, end < start ? message.length : end),
    'account locked',
  );
}

function plain(
  envelope: Envelope,
  action: string,
  service: string,
  user: string | undefined,
  reason: string | undefined,
): LogEvent {
  return eventOf(envelope, PAM, {
    'event.category': action === 'password-changed' ? 'iam' : 'authentication',
    'event.action': action,
    'event.outcome': action === 'password-changed' ? 'success' : 'failure',
    'pam.service': service,
    'user.name': user,
    'event.reason': reason,
  });
}

function lastOf(message: string, text: string): number {
  const at = message.lastIndexOf(text);
  return at < 0 ? message.length : at;
}

function unquote(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}
