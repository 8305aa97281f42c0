/**
 * Roundcube's failed logins. rcube_imap writes `Login failed for USER[ against HOST] from PEER. ERROR in FILE on line N (METHOD URI)`:
 * the user before the peer may imitate it, and some servers repeat the user in their error. A place counts only if nothing behind
 * it could be another one; where two places qualify with different addresses nobody is blamed.
 */
import { canonicalAddress } from '../../../kit/address.ts';
import type { Fields } from '../../../model/log-event.ts';
import { type DeclaredProgram, defineProgram, withReader } from '../../message/program.ts';

const SAID = ['IMAP Error: Login failed for ', 'IMAP Error: FAILED login for '];
const FROM = ' from ';
const MAX_PLACES = 16;

const declared = defineProgram({
  name: 'roundcube',
  fail: [
    ...['', '<{word}> ', '{pre}'].flatMap((led) => [
      `${led}IMAP Error: Login failed for {user} from {ip}`,
      `${led}IMAP Error: FAILED login for {user} from {ip}[[.]]`,
      `${led}Failed login for {user} from {ip} in session {word} (error: {num})`,
      `${led}Failed login for {user} from {ip}(X-Real-IP: {word},X-Forwarded-For: {word}) in session {word} (error: {num})`,
    ]),
    '{pre}FAILED login for {user} from {ip}[[.]]',
  ],
  ok: ['', '<{word}> '].map((led) => `${led}Successful login for {user} (ID: {num}) from {ip} in session {word}`),
});

/** Roundcube; its errors are found by the places where an address may stand. */
export const roundcube: DeclaredProgram = withReader(declared, read, declared.readBare);

function read(message: string): Fields | null {
  for (const said of SAID) {
    const at = message.indexOf(said);
    if (at >= 0 && message.indexOf(' in ', at) > 0) {
      const found = fromError(message, at + said.length);
      if (found !== undefined) return found;
    }
  }
  return declared.read(message);
}

/** Undefined when the message has no error text behind its peer. */
function fromError(message: string, start: number): Fields | undefined {
  let ip: string | null = null;
  let user = '';
  let places = 0;
  let from = message.indexOf(FROM, start);
  for (; from >= 0 && places < MAX_PLACES; from = message.indexOf(FROM, from + 1)) {
    const dot = peerEnd(message, from + FROM.length);
    if (dot < 0) continue;
    places++;
    const name = message.slice(start, from);
    if (!isServerText(message.slice(dot), name)) continue;
    const peer = canonicalAddress(message.slice(from + FROM.length, dot));
    if (ip !== null && ip !== peer) return failed(null, '');
    ip = peer;
    user = name;
  }
  if (places === 0) return undefined;
  return failed(ip, user.slice(0, user.lastIndexOf(' against ') > 0 ? user.lastIndexOf(' against ') : user.length));
}

function failed(ip: string | null, user: string): Fields {
  return {
    'event.category': 'authentication',
    'event.action': 'roundcube-login',
    'event.outcome': 'failure',
    'source.ip': ip ?? undefined,
    'user.name': user === '' ? undefined : user,
  };
}

/** Where an address ends that `. ` or `(X-Real-IP: ...). ` follows, or -1. */
function peerEnd(message: string, start: number): number {
  const stop = message.indexOf(' ', start);
  if (stop < 0 || stop - start > 64) return -1;
  const open = message.indexOf('(X-', start);
  const end = open > start && open < stop ? open : message.charCodeAt(stop - 1) === 46 ? stop - 1 : -1;
  return end > start && canonicalAddress(message.slice(start, end)) !== null ? end : -1;
}

/** True when the rest holds an error, and nothing in it could be a peer but a repetition of the name itself. */
function isServerText(rest: string, name: string): boolean {
  if (rest.startsWith('. in ')) return false;
  const said = rest.split(` user=${name}`, 2).join('');
  return !said.includes(FROM);
}
