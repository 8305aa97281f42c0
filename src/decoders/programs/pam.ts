/** Linux-PAM modules (`pam_unix(service:type): text`), whatever program they speak through. Texts as in Linux-PAM and sssd. */

import { canonicalAddress } from '../../kit/address.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { Envelope, Opening } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { PAM } from '../kinds.ts';

/** Beginnings of the most frequent messages, whatever program they come through. */
export const PAM_OPENINGS: readonly Opening[] = [
  { text: 'pam_unix(', after: ':session): session ', kind: PAM, action: 'pam-session' },
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

/**
 * `logname= uid=0 euid=0 tty=ssh ruser= rhost=PEER  user=NAME`. The program wrote rhost; ruser before it and user behind it
 * are the remote side's. A non-empty ruser together with a second ` rhost=` could be an imitation: nobody is blamed then.
 */
function failure(envelope: Envelope, message: string, at: number, service: string): LogEvent {
  const rhost = message.indexOf(' rhost=', at);
  const ruser = message.indexOf(' ruser=', at);
  const certain = rhost >= 0 && (message.indexOf(' rhost=', rhost + 1) < 0 || ruser + 7 === rhost);
  let host = '';
  if (certain) {
    const end = message.indexOf(' ', rhost + 7);
    host = message.slice(rhost + 7, end < 0 ? message.length : end);
  }
  const user = rhost < 0 ? -1 : message.indexOf(' user=', rhost);
  const ip = host === '' ? null : canonicalAddress(host);
  return eventOf(envelope, PAM, {
    'event.category': 'authentication',
    'event.action': 'pam-auth',
    'event.outcome': 'failure',
    'pam.service': service,
    'source.ip': ip ?? undefined,
    'source.address': ip === null && host !== '' ? host : undefined,
    'user.name': user < 0 ? undefined : message.slice(user + 6),
  });
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
