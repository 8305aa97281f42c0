/** systemd-logind: sessions of users. */
import type { ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { LOGIND } from '../kinds.ts';

/** Decodes session records of systemd-logind. */
export const logind: ProgramDecoder = {
  name: 'logind',
  programs: ['systemd-logind'],
  openings: [{ text: '', kind: LOGIND, action: 'logind-session', category: 'session' }],
  decode(envelope) {
    const message = envelope.message;
    if (message.startsWith('New session ')) {
      const of = message.indexOf(' of user ', 12);
      if (of < 0) return null;
      const quoted = message.charCodeAt(of + 9) === 39;
      const end = quoted ? message.indexOf("'", of + 10) : message.endsWith('.') ? message.length - 1 : message.length;
      return eventOf(envelope, LOGIND, {
        'event.category': 'session',
        'event.action': 'logind-session',
        'event.type': 'start',
        'session.id': message.slice(12, of).replaceAll("'", ''),
        'user.name': message.slice(quoted ? of + 10 : of + 9, end < 0 ? message.length : end),
      });
    }
    const removed = message.startsWith('Removed session ');
    if (!removed && !message.startsWith('Session ')) return null;
    const start = removed ? 16 : 8;
    const end = removed ? message.length - 1 : message.indexOf(' ', start);
    if (end < start) return null;
    return eventOf(envelope, LOGIND, {
      'event.category': 'session',
      'event.action': 'logind-session',
      'event.type': removed ? 'end' : 'change',
      'session.id': message.slice(start, end),
      'user.name': undefined,
    });
  },
};
