/** rsyslog's and sysklogd's folding: `message repeated 3 times: [ TEXT]`. */
import type { Envelope } from '../decoder.ts';
import { parseDigits } from './syslog.ts';

/** Unfolds the message in place; a count above this is not believed. */
const MAX_REPEAT = 100_000;

/** Replaces a folded message by its text and count. */
export function unfoldRepeated(envelope: Envelope): void {
  const { message } = envelope;
  if (!message.startsWith('message repeated ') || !message.endsWith(']')) return;
  const times = message.indexOf(' times: [', 17);
  if (times < 0) return;
  const count = parseDigits(message, 17, times);
  if (count === null || count < 1 || count > MAX_REPEAT) return;
  const start = message.charCodeAt(times + 9) === 32 ? times + 10 : times + 9;
  envelope.message = message.slice(start, -1);
  envelope.repeat = count;
}
