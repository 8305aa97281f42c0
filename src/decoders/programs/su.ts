/** su(1) of util-linux and shadow: who became whom, and who failed to. */
import type { LogEvent } from '../../model/log-event.ts';
import type { Envelope, ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { SU } from '../kinds.ts';
import { decodePam } from './pam.ts';

/** Decodes su's own records. */
export const su: ProgramDecoder = {
  name: 'su',
  programs: ['su', 'su-l', 'runuser'],
  repeats: true,
  decode(envelope) {
    const message = envelope.message;
    if (message.startsWith('pam_')) return decodePam(envelope);
    if (message.startsWith('(to ')) return became(envelope, message, 4, 'success');
    if (message.startsWith('FAILED SU (to ')) return became(envelope, message, 14, 'failure');
    if (message.startsWith('FAILED su for ')) return by(envelope, message, 14, 'failure');
    if (message.startsWith('Successful su for ')) return by(envelope, message, 18, 'success');
    if (message.startsWith('+ ') || message.startsWith('- ')) return old(envelope, message);
    return null;
  },
};

/** `TARGET) USER on TTY`. */
function became(envelope: Envelope, message: string, start: number, outcome: 'success' | 'failure'): LogEvent | null {
  const close = message.indexOf(') ', start);
  const on = message.lastIndexOf(' on ');
  if (close < 0 || on < close) return null;
  return change(envelope, outcome, message.slice(close + 2, on), message.slice(start, close));
}

/** `TARGET by USER`. */
function by(envelope: Envelope, message: string, start: number, outcome: 'success' | 'failure'): LogEvent | null {
  const at = message.lastIndexOf(' by ');
  return at < start ? null : change(envelope, outcome, message.slice(at + 4), message.slice(start, at));
}

/** `+ TTY USER:TARGET`, minus for a failure. */
function old(envelope: Envelope, message: string): LogEvent | null {
  const space = message.indexOf(' ', 2);
  const colon = message.lastIndexOf(':');
  if (space < 0 || colon < space) return null;
  return change(
    envelope,
    message.startsWith('+') ? 'success' : 'failure',
    message.slice(space + 1, colon),
    message.slice(colon + 1),
  );
}

function change(envelope: Envelope, outcome: 'success' | 'failure', user: string, target: string): LogEvent {
  return eventOf(envelope, SU, {
    'event.category': 'authentication',
    'event.action': 'su',
    'event.outcome': outcome,
    'user.name': user,
    'user.target.name': target,
  });
}
