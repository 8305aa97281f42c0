/** sudo(8): one record of `KEY=value ; ` fields a command, as in its logging.c. */
import type { LogEvent } from '../../model/log-event.ts';
import type { Envelope, ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { SUDO } from '../kinds.ts';
import { decodePam } from './pam.ts';

/** Decodes sudo's command records and refusals. */
export const sudo: ProgramDecoder = {
  name: 'sudo',
  programs: ['sudo'],
  repeats: true,
  decode(envelope) {
    const message = envelope.message;
    if (message.startsWith('pam_')) return decodePam(envelope);
    const colon = message.indexOf(' : ');
    return colon < 0 || colon > 256 ? null : record(envelope, message, colon);
  },
};

/** `USER : [REASON ; ]TTY=x ; PWD=x ; USER=x ; [GROUP=x ; ]COMMAND=x`; the command stands last and may hold anything. */
function record(envelope: Envelope, message: string, colon: number): LogEvent {
  const body = colon + 3;
  const command = message.indexOf('COMMAND=', body);
  const head = command < 0 ? message.length : command;
  const tty = message.indexOf('TTY=', body);
  const reasonEnd = tty > body && tty < head ? message.lastIndexOf(' ; ', tty) : command < 0 ? message.length : -1;
  const reason = reasonEnd > body ? message.slice(body, reasonEnd) : undefined;
  const target = message.indexOf(' ; USER=', body);
  const targetEnd = target < 0 ? -1 : message.indexOf(' ; ', target + 8);
  return eventOf(envelope, SUDO, {
    'event.category': 'process',
    'event.action': 'sudo',
    'event.outcome': reason === undefined ? 'success' : 'failure',
    'user.name': message.slice(0, colon).trim(),
    'user.target.name':
      target < 0 || target > head ? undefined : message.slice(target + 8, targetEnd < 0 ? message.length : targetEnd),
    'process.command_line': command < 0 ? undefined : message.slice(command + 8),
    'event.reason': reason,
  });
}
