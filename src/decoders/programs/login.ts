/** login(1) on consoles and telnet-like services, util-linux and shadow. */

import { canonicalAddress } from '../../kit/address.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { Envelope, ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { LOGIN } from '../kinds.ts';
import { decodePam } from './pam.ts';

/** Decodes console logins. */
export const login: ProgramDecoder = {
  name: 'login',
  programs: ['login', 'agetty', 'remote'],
  decode(envelope) {
    const message = envelope.message;
    if (message.startsWith('pam_')) return decodePam(envelope);
    if (message.startsWith('FAILED LOGIN')) return failed(envelope, message);
    if (message.startsWith('ROOT LOGIN')) return opened(envelope, message, 'root');
    if (message.startsWith('LOGIN ON ')) {
      const by = message.indexOf(' BY ', 9);
      const from = message.indexOf(' FROM ', by);
      return by < 0 ? null : opened(envelope, message, message.slice(by + 4, from < 0 ? message.length : from));
    }
    if (message.startsWith('TOO MANY LOGIN TRIES')) return failed(envelope, message);
    return null;
  },
};

/** `FAILED LOGIN (1) on '/dev/tty1' FOR 'NAME', REASON` or `FAILED LOGIN 1 FROM HOST FOR NAME, REASON`. */
function failed(envelope: Envelope, message: string): LogEvent {
  const who = message.indexOf(' FOR ');
  const comma = message.lastIndexOf(', ');
  const upper = message.indexOf(' FROM ');
  // util-linux writes it small before the name.
  const from = upper < 0 || (who >= 0 && upper > who) ? message.indexOf(' from ') : upper;
  const user = who < 0 ? undefined : message.slice(who + 5, comma > who ? comma : message.length);
  const host = from < 0 || from > who ? '' : unquote(message.slice(from + 6, who < 0 ? message.length : who));
  const ip = host === '' ? null : canonicalAddress(host);
  return eventOf(envelope, LOGIN, {
    'event.category': 'authentication',
    'event.action': 'console-login',
    'event.outcome': 'failure',
    'source.ip': ip ?? undefined,
    'source.address': ip === null && host !== '' ? host : undefined,
    'user.name': user === undefined ? undefined : unquote(user),
    'event.reason': comma > who ? message.slice(comma + 2) : undefined,
  });
}

function opened(envelope: Envelope, message: string, user: string): LogEvent {
  const from = message.lastIndexOf(' FROM ');
  const ip = from < 0 ? null : canonicalAddress(unquote(message.slice(from + 6)));
  return eventOf(envelope, LOGIN, {
    'event.category': 'authentication',
    'event.action': 'console-login',
    'event.outcome': 'success',
    'source.ip': ip ?? undefined,
    'user.name': user,
  });
}

function unquote(text: string): string {
  const quote = text[0];
  return text.length > 1 && (quote === "'" || quote === '`' || quote === '"') ? text.slice(1, text.length - 1) : text;
}
