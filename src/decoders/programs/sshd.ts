/**
 * OpenSSH's server: sshd, and since 9.8 sshd-session and sshd-auth. Messages as in auth.c, auth2.c, packet.c, kex.c, sshd.c
 * of portable OpenSSH. Addresses come only from the place the server writes them to; a user name may hold anything.
 */
import type { LogEvent } from '../../model/log-event.ts';
import type { Envelope, ProgramDecoder } from '../decoder.ts';
import { eventOf } from '../event.ts';
import { SSHD } from '../kinds.ts';
import { type Peer, peerAt, peerBefore } from '../peer.ts';
import { sameLogin } from '../same-login.ts';
import { decodePam } from './pam.ts';

/** Decodes OpenSSH server messages. */
export const sshd: ProgramDecoder = {
  name: 'sshd',
  programs: ['sshd', 'sshd-session', 'sshd-auth'],
  openings: [
    // A client that says "by application" (RFC 4253, code 11) and nothing else.
    { text: 'Received disconnect from ', peer: ':11: ', kind: SSHD, action: 'ssh-disconnect', category: 'network' },
    // With ` [preauth]` it is a connection given up before the login.
    { text: 'Disconnected from ', notEnd: ']', kind: SSHD, action: 'ssh-disconnect', category: 'network' },
  ],
  decode(envelope) {
    const message = envelope.message;
    switch (message.charCodeAt(0)) {
      case 65: // A
        if (message.charCodeAt(9) === 107 && message.startsWith('Accepted key ')) return keyFound(envelope);
        if (message.startsWith('Accepted ')) return attempt(envelope, message, 9, 'success');
        // The login that follows counts; many honest networks have no matching names.
        if (message.startsWith('Address ')) return connection(envelope, message, 8, 'ssh-reverse-mapping');
        if (message.startsWith('Authentication ') && message.indexOf(' for ') < 24)
          return pamFailure(envelope, message, 0);
        break;
      case 66: // B
        if (message.startsWith('Bad protocol version identification '))
          return probeEnd(envelope, message, 'bad protocol version');
        if (message.startsWith('Bad remote protocol version identification: '))
          return probe(envelope, null, 'bad protocol version');
        break;
      case 67: // C
        if (message.startsWith('Connection from ')) return connection(envelope, message, 16, 'ssh-connection');
        if (message.startsWith('Close session: user ')) return sessionStarted(envelope, message);
        if (message.startsWith('Closing connection to ')) return connection(envelope, message, 22, 'ssh-disconnect');
        if (message.startsWith('Connection closed by ')) return closed(envelope, message, 21, 'ssh-preauth-close');
        if (message.startsWith('Connection reset by ')) return closed(envelope, message, 20, 'ssh-preauth-close');
        break;
      case 68: // D
        if (message.startsWith('Disconnected from ')) return closed(envelope, message, 18, 'ssh-disconnect');
        if (message.startsWith('Disconnecting ')) return disconnecting(envelope, message);
        if (message.startsWith('Disconnecting: Too many authentication failures'))
          return eventOf(envelope, SSHD, { 'event.category': 'session', 'event.action': 'ssh-too-many-failures' });
        if (message.startsWith('Did not receive identification string from '))
          return probeAt(envelope, message, 43, 'no identification');
        break;
      case 70: // F
        if (message.startsWith('Failed ')) return attempt(envelope, message, 7, 'failure');
        break;
      case 73: // I
        if (message.startsWith('Invalid user ')) return invalidUser(envelope, message, 13);
        if (message.startsWith('Illegal user ')) return invalidUser(envelope, message, 13);
        break;
      case 77: // M
        if (message.startsWith('Maximum authentication attempts exceeded for '))
          return maxAttempts(envelope, message, 45);
        if (message.startsWith('Magic value check failed ')) return probeEnd(envelope, message, 'bad handshake');
        break;
      case 80: // P
        if (message.startsWith('PAM ') && message.indexOf(' more authentication failure') < 12)
          return moreFailures(envelope, message);
        if (message.startsWith('Postponed ')) return attempt(envelope, message, 10, undefined);
        if (message.startsWith('Protocol major versions differ for '))
          return probeAt(envelope, message, 35, 'protocol versions differ');
        break;
      case 82: // R
        if (message.startsWith('Received disconnect from ')) return receivedDisconnect(envelope, message, 25);
        if (message.startsWith('ROOT LOGIN REFUSED FROM ')) return rootRefused(envelope, message);
        break;
      case 83: // S
        if (message.startsWith('SSH: Server;Ltype: ')) return patched(envelope, message);
        if (message.startsWith('Starting session: ')) return sessionStarted(envelope, message);
        break;
      case 84: // T
        if (message.startsWith('Timeout before authentication for connection from '))
          return probeAt(envelope, message, 50, 'timeout before authentication');
        if (message.startsWith('Timeout before authentication for '))
          return probeAt(envelope, message, 34, 'timeout before authentication');
        if (message.startsWith('Too many authentication failures')) return maxAttempts(envelope, message, 37);
        break;
      case 85: // U
        if (message.startsWith('User ')) return notAllowed(envelope, message);
        if (message.startsWith('Unable to negotiate with '))
          return probeAt(envelope, message, 25, 'no common algorithm');
        break;
      case 98: // b
        if (message.startsWith('banner exchange: Connection from '))
          return probeAt(envelope, message, 33, 'invalid banner');
        break;
      case 100: // d
        if (message.startsWith('drop connection #')) return dropped(envelope, message);
        break;
      case 101: // e
        if (message.startsWith('error: ')) return afterPrefix(envelope, message, 7);
        break;
      case 102: // f
        if (message.startsWith('fatal: ')) return afterPrefix(envelope, message, 7);
        break;
      case 107: // k
        if (message.startsWith('kex_exchange_identification: '))
          return probe(envelope, null, 'key exchange broken off');
        break;
      case 109: // m
        if (message.startsWith('maximum authentication attempts exceeded for '))
          return maxAttempts(envelope, message, 45);
        break;
      case 112: // p
        if (message.startsWith('pam_')) return decodePam(envelope);
        break;
      case 114: // r
        if (message.startsWith('reverse mapping checking getaddrinfo for ')) return reverseMapping(envelope, message);
        if (message.startsWith('refused connect from ')) return refused(envelope, message);
        break;
      case 115: // s
        if (message.startsWith('ssh_dispatch_run_fatal: Connection from '))
          return probeAt(envelope, message, 40, 'protocol error');
        break;
    }
    return null;
  },
};

/** `error: ` and `fatal: ` stand before messages that older versions write without them. */
function afterPrefix(envelope: Envelope, message: string, length: number): LogEvent | null {
  if (message.startsWith('PAM: ', length)) return pamFailure(envelope, message, length + 5);
  if (message.startsWith('Read from socket failed: ', length)) return probe(envelope, null, 'connection broken off');
  if (message.startsWith('no matching ', length)) return probe(envelope, null, 'no common algorithm');
  const whole = envelope.message;
  envelope.message = message.slice(length);
  const event = sshd.decode(envelope);
  envelope.message = whole;
  return event;
}

/** `Failed METHOD for [invalid user ]USER from PEER port N ssh2[: KEY]`. */
function attempt(
  envelope: Envelope,
  message: string,
  start: number,
  outcome: 'success' | 'failure' | undefined,
): LogEvent | null {
  const methodEnd = message.indexOf(' ', start);
  if (methodEnd < 0 || !message.startsWith(' for ', methodEnd)) return null;
  const method = message.slice(start, methodEnd);
  const userStart = methodEnd + 5;
  const invalid = message.startsWith('invalid user ', userStart) || message.startsWith('illegal user ', userStart);
  const peer = attemptPeer(message, userStart, method, invalid);
  if (peer === null) return null;
  const user = message.slice(invalid ? userStart + 13 : userStart, Math.max(userStart, peer.start - 6));
  const counted = outcome !== 'failure' || method !== 'none';
  return login(envelope, counted ? 'ssh-login' : 'ssh-login-none', outcome, peer, user, method, invalid);
}

/**
 * The peer of a login line. The client chooses the user name before it and, with certificates and host keys, text after
 * it: a name that is known here holds no blank, so the first peer is the server's; after an unknown one, which a line
 * `Invalid user` blames already, nobody is blamed where the two could differ. All other lines end with the server's peer.
 */
function attemptPeer(message: string, userStart: number, method: string, invalid: boolean): Peer | null {
  // Protocol 1 ends with the name that the client claims for itself: what stands before its only mark is the server's.
  const second = method === 'publickey' || method === 'hostbased' || method.startsWith('gssapi');
  const claimed = second ? -1 : message.indexOf(' ssh1: ruser ', userStart);
  if (claimed > 0 && !message.endsWith(' ssh2'))
    return message.indexOf(' ssh1: ruser ', claimed + 1) < 0 ? peerBefore(message, claimed) : null;
  const from = message.lastIndexOf(' from ');
  if (from < userStart - 1) return null;
  const chosenTail = method === 'hostbased' || (method === 'publickey' && message.indexOf('-CERT ', userStart) > 0);
  const first = chosenTail ? message.indexOf(' from ', userStart - 1) : from;
  const peer = peerAt(message, first + 6);
  if (peer === null || first === from || !invalid) return peer;
  const last = peerAt(message, from + 6);
  return last !== null && last.address === peer.address ? peer : null;
}

const NOBODY: Peer = { ip: null, address: '', port: null, start: 0 };

/** The event of an attempt to log in. */
export function login(
  envelope: Envelope,
  action: string,
  outcome: 'success' | 'failure' | undefined,
  peer: Peer,
  user: string,
  method: string | undefined,
  invalid: boolean,
): LogEvent {
  return eventOf(
    envelope,
    SSHD,
    {
      'event.category': 'authentication',
      'event.action': action,
      'event.outcome': outcome,
      'source.ip': peer.ip ?? undefined,
      'source.address': peer.ip === null && peer !== NOBODY ? peer.address : undefined,
      'source.port': peer.port ?? undefined,
      'user.name': user,
      'ssh.method': method,
      'user.invalid': invalid ? true : undefined,
    },
    sameLogin(action, outcome, method ?? '', invalid),
  );
}

/** `Invalid user NAME from PEER[ port N]`: the last ` from ` is the server's. */
function invalidUser(envelope: Envelope, message: string, start: number): LogEvent | null {
  const from = message.lastIndexOf(' from ');
  if (from < start - 1) return null;
  const peer = peerAt(message, from + 6);
  if (peer === null) return null;
  return login(
    envelope,
    'ssh-invalid-user',
    'failure',
    peer,
    message.slice(start, Math.max(start, from)),
    undefined,
    true,
  );
}

/** `User NAME from HOST not allowed because REASON`; the reason names groups of the server's own configuration. */
function notAllowed(envelope: Envelope, message: string): LogEvent | null {
  const not = message.lastIndexOf(' not allowed because ');
  if (not < 0) return null;
  const from = message.lastIndexOf(' from ', not);
  // `User NAME not allowed because account is locked` names no peer.
  if (from < 5)
    return message.startsWith('account is locked', not + 21)
      ? login(envelope, 'ssh-account-locked', 'failure', NOBODY, message.slice(5, not), undefined, false)
      : null;
  const peer = peerAt(message.slice(0, not), from + 6);
  return peer === null
    ? null
    : login(envelope, 'ssh-not-allowed', 'failure', peer, message.slice(5, from), undefined, false);
}

/** `... for [invalid user ]NAME from PEER port N ssh2 [preauth]`; old versions name no peer. */
function maxAttempts(envelope: Envelope, message: string, start: number): LogEvent | null {
  const end = withoutPreauth(message);
  const tail = message.endsWith(' ssh2', end) ? end - 5 : end;
  const peer = peerBefore(message, tail);
  if (peer === null) {
    return eventOf(envelope, SSHD, {
      'event.category': 'authentication',
      'event.action': 'ssh-max-attempts',
      'event.outcome': 'failure',
    });
  }
  const invalid = message.startsWith('invalid user ', start);
  const user = message.slice(invalid ? start + 13 : start, Math.max(start, peer.start - 6));
  return login(envelope, 'ssh-max-attempts', 'failure', peer, user, undefined, invalid);
}

/** `[invalid user NAME |authenticating user NAME |user NAME ]PEER port N[ [preauth]]`. */
function closed(envelope: Envelope, message: string, start: number, action: string): LogEvent | null {
  const end = withoutPreauth(message);
  const peer =
    peerBefore(message, end) ??
    (end === start ? null : peerAt(message.slice(0, end), message.lastIndexOf(' ', end - 1) + 1));
  if (peer === null) return null;
  return about(
    envelope,
    message,
    start,
    peer,
    // Without a port and a mark an old version closed a session, not an attempt.
    end < message.length ? 'ssh-preauth-close' : peer.port === null ? 'ssh-disconnect' : action,
  );
}

/** `Disconnecting [invalid|authenticating user NAME ]PEER port N: REASON [preauth]`; the reason is the server's own text. */
function disconnecting(envelope: Envelope, message: string): LogEvent | null {
  const reason = message.lastIndexOf(': ');
  if (reason < 0) return null;
  const peer = peerBefore(message, reason);
  if (peer === null) return null;
  const action = message.startsWith(': Too many authentication failures', reason)
    ? 'ssh-too-many-failures'
    : 'ssh-preauth-close';
  return about(envelope, message, 14, peer, action);
}

function about(envelope: Envelope, message: string, start: number, peer: Peer, action: string): LogEvent {
  const invalid = message.startsWith('invalid user ', start);
  const skip = invalid
    ? 13
    : message.startsWith('authenticating user ', start)
      ? 20
      : message.startsWith('user ', start)
        ? 5
        : 0;
  const user = skip === 0 ? undefined : message.slice(start + skip, Math.max(start + skip, peer.start - 1));
  return ended(envelope, peer, user, invalid, action);
}

/** The event of a connection, most often of its end. */
export function ended(
  envelope: Envelope,
  peer: Peer,
  user: string | undefined,
  invalid: boolean,
  action: string,
): LogEvent {
  const outcome = action === 'ssh-preauth-close' || action === 'ssh-too-many-failures' ? undefined : 'success';
  return eventOf(
    envelope,
    SSHD,
    {
      'event.category': 'network',
      'event.action': action,
      'event.outcome': outcome,
      'source.ip': peer.ip ?? undefined,
      'source.address': peer.ip === null ? peer.address : undefined,
      'source.port': peer.port ?? undefined,
      'user.name': user,
      'user.invalid': invalid ? true : undefined,
    },
    sameLogin(action, outcome, '', invalid),
  );
}

/** `Received disconnect from PEER[ port N]:11: TEXT`; old versions write `PEER: 11: TEXT`. The text is the client's. */
function receivedDisconnect(envelope: Envelope, message: string, start: number): LogEvent | null {
  const peer = peerAt(message, start);
  if (peer === null) return null;
  const isEnd =
    gaveUp(message, message.indexOf(':', start + peer.address.length)) ||
    // Where a port is named a line `Disconnected from ...` follows, and counts.
    (peer.port === null && message.endsWith(' [preauth]'));
  const action = isEnd ? 'ssh-preauth-close' : 'ssh-disconnect';
  return about(envelope, message, message.length, { ...peer, start: message.length }, action);
}

/** Disconnect codes 3 and 14 (RFC 4253) behind a colon: the client offered nothing that the server accepts. */
function gaveUp(message: string, colon: number): boolean {
  if (colon < 0) return false;
  const at = message.charCodeAt(colon + 1) === 32 ? colon + 2 : colon + 1;
  return message.startsWith('3: ', at) || message.startsWith('14: ', at);
}

function connection(envelope: Envelope, message: string, start: number, action: string): LogEvent | null {
  const peer = peerAt(message, start);
  return peer === null ? null : about(envelope, message, message.length, { ...peer, start: message.length }, action);
}

/** HPN's `SSH: Server;Ltype: Version;Remote: PEER-PORT;...`: the peer is written before anything the client says. */
function patched(envelope: Envelope, message: string): LogEvent | null {
  const start = message.indexOf(';Remote: ') + 9;
  const end = message.indexOf(';', start);
  const dash = message.lastIndexOf('-', end);
  if (start < 20 || start > 48 || dash < start) return null;
  const peer = peerAt(message.slice(0, dash), start);
  return peer === null
    ? null
    : about(envelope, message, message.length, { ...peer, start: message.length }, 'ssh-connection');
}

function rootRefused(envelope: Envelope, message: string): LogEvent | null {
  const peer = peerAt(message, 24);
  return peer === null ? null : login(envelope, 'ssh-not-allowed', 'failure', peer, 'root', undefined, false);
}

/** `PAM: Authentication failure for [illegal user ]NAME from HOST`. */
function pamFailure(envelope: Envelope, message: string, start: number): LogEvent | null {
  const by = message.indexOf(' for ', start);
  const from = message.lastIndexOf(' from ');
  if (by < 0 || from < by + 4) return null;
  const peer = peerAt(message, from + 6);
  if (peer === null) return null;
  const invalid = message.startsWith('illegal user ', by + 5);
  const user = message.slice(by + (invalid ? 18 : 5), Math.max(by + 5, from));
  return login(envelope, 'ssh-pam-failure', 'failure', peer, user, 'pam', invalid);
}

/** `reverse mapping checking getaddrinfo for NAME [PEER] failed - POSSIBLE BREAK-IN ATTEMPT!`; the name is the peer's. */
function reverseMapping(envelope: Envelope, message: string): LogEvent | null {
  const close = message.lastIndexOf('] failed');
  const open = message.lastIndexOf('[', close);
  return close < 0 || open < 0
    ? null
    : probe(envelope, peerAt(message.slice(0, close), open + 1), 'reverse mapping failed');
}

/** libwrap's `refused connect from NAME (PEER)`. */
function refused(envelope: Envelope, message: string): LogEvent | null {
  const open = message.lastIndexOf('(');
  const peer = open > 0 && message.endsWith(')') ? peerAt(message.slice(0, -1), open + 1) : peerAt(message, 21);
  return probe(envelope, peer, 'refused by hosts.deny');
}

/** `drop connection #12 from [PEER]:N on [LOCAL]:22 past MaxStartups`, and `penalty: ...` since 9.8. */
function dropped(envelope: Envelope, message: string): LogEvent | null {
  const open = message.indexOf(' from [');
  const close = message.indexOf(']', open);
  return open < 0 || close < 0
    ? null
    : probe(envelope, peerAt(message.slice(0, close), open + 7), 'connection dropped');
}

/** `Starting session: WHAT[ on TTY] for NAME from PEER port N id 0` and `Close session: user NAME from ...`; a subsystem's name is the client's. */
function sessionStarted(envelope: Envelope, message: string): LogEvent | null {
  const id = message.lastIndexOf(' id ');
  const peer = peerBefore(message, id < 0 ? message.length : id);
  if (peer === null) return null;
  const closing = message.startsWith('Close session: user ');
  const by = closing ? 15 : message.lastIndexOf(' for ', peer.start);
  return eventOf(envelope, SSHD, {
    'event.category': 'session',
    'event.action': 'ssh-session',
    'event.outcome': 'success',
    'source.ip': peer.ip ?? undefined,
    'source.port': peer.port ?? undefined,
    'user.name': by < 0 ? undefined : message.slice(by + 5, Math.max(by + 5, peer.start - 6)),
  });
}

/** `Accepted key TYPE HASH found at FILE:LINE`: a key was found, the login is not yet done. */
function keyFound(envelope: Envelope): LogEvent {
  return eventOf(envelope, SSHD, {
    'event.category': 'authentication',
    'event.action': 'ssh-key-found',
    'event.outcome': 'success',
  });
}

/** `PAM 2 more authentication failures; logname= ... ruser= rhost=PEER  user=NAME`: counted one by one before; sshd sets no ruser. */
function moreFailures(envelope: Envelope, message: string): LogEvent | null {
  const rhost = message.indexOf(' rhost=');
  if (rhost < 0) return null;
  const peer = peerAt(message, rhost + 7);
  const user = message.indexOf(' user=', rhost);
  return eventOf(envelope, SSHD, {
    'event.category': 'authentication',
    'event.action': 'ssh-more-failures',
    'event.outcome': 'failure',
    'source.ip': peer?.ip ?? undefined,
    'user.name': user < 0 ? undefined : message.slice(user + 6),
  });
}

function probeAt(envelope: Envelope, message: string, start: number, reason: string): LogEvent | null {
  return probe(envelope, peerAt(message, start), reason);
}

/** The peer stands at the end, behind text the client sent. */
function probeEnd(envelope: Envelope, message: string, reason: string): LogEvent | null {
  const end = withoutPreauth(message);
  const from = message.lastIndexOf(' from ');
  return probe(
    envelope,
    peerBefore(message, end) ?? (from < 0 ? null : peerAt(message.slice(0, end), from + 6)),
    reason,
  );
}

function probe(envelope: Envelope, peer: Peer | null, reason: string): LogEvent | null {
  return eventOf(envelope, SSHD, {
    'event.category': 'network',
    'event.action': 'ssh-probe',
    'event.outcome': 'failure',
    'source.ip': peer?.ip ?? undefined,
    'source.address': peer !== null && peer.ip === null ? peer.address : undefined,
    'source.port': peer?.port ?? undefined,
    'event.reason': reason,
  });
}

/** Index where ` [preauth]` begins, or the length. */
function withoutPreauth(message: string): number {
  return message.endsWith(' [preauth]') ? message.length - 10 : message.length;
}
