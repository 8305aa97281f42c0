/** sendmail's rule sets and notices: the relay stands behind the argument that the client sent, so the last one before the verdict counts. */
import { canonicalAddress } from '../../../kit/address.ts';
import type { Fields } from '../../../model/log-event.ts';
import { eventOf } from '../../event.ts';
import type { DeclaredProgram } from '../../message/program.ts';
import { sendmail } from './mail.ts';

const PROBE = { 'event.category': 'intrusion_detection', 'event.action': 'sendmail-probe', 'event.outcome': 'failure' };

/** sendmail with its rejections. */
export const sendmailServer: DeclaredProgram = {
  ...sendmail,
  read,
  decode(envelope) {
    const fields = read(envelope.message);
    return fields === null ? null : eventOf(envelope, sendmail.kind, fields);
  },
};

function read(message: string): Fields | null {
  const fields = sendmail.read(message);
  if (fields !== null) return fields;
  const relay = message.indexOf('ruleset=') < 0 ? -1 : relayAt(message);
  if (relay >= 0) {
    const ip = bracketed(message, relay);
    return ip === null ? null : { ...PROBE, 'source.ip': ip, 'event.reason': reasonOf(message) };
  }
  return noticeOf(message);
}

/** The last `, relay=` before the last `, reject=` (or the end): the client's argument stands before both. */
function relayAt(message: string): number {
  const reject = message.lastIndexOf(', reject=');
  const at = message.lastIndexOf(', relay=', reject < 0 ? message.length : reject);
  return at < 0 ? -1 : at + 8;
}

function reasonOf(message: string): string | undefined {
  const reject = message.lastIndexOf(', reject=');
  return reject < 0 ? undefined : message.slice(reject + 9);
}

/** `ID: NAME [ADDRESS] did not issue ...` and the like: the peer is what follows the queue id. */
function noticeOf(message: string): Fields | null {
  const start = message.indexOf(': ') + 2;
  if (start < 2 || start > 40) return null;
  const ip = bracketed(message, start);
  if (ip === null) return null;
  const said = message.slice(message.indexOf(']', start) + 1);
  const probing = ['did not issue', 'possible SMTP attack', 'pre-greeting', 'lost input channel', 'Domain', 'ignored'];
  return probing.some((text) => said.includes(text))
    ? { ...PROBE, 'source.ip': ip, 'event.reason': said.trim() }
    : null;
}

/** The address in `NAME [ADDRESS]` or `[ADDRESS]` at a place. */
function bracketed(message: string, start: number): string | null {
  const open = message.indexOf('[', start);
  const close = open < 0 ? -1 : message.indexOf(']', open);
  if (close < 0 || open - start > 256) return null;
  const inner = message.slice(open + 1, close);
  return canonicalAddress(inner.startsWith('IPv6:') ? inner.slice(5) : inner);
}
