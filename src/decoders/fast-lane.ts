/**
 * The lines that fill the log of an attacked server, read from their bytes: a stamp of the minute before, a host that was seen, the tag
 * of sshd, and one of its frequent messages. Its peer is the server's own word, which ends the message; what stands before may be any
 * name, and where text of the client may follow (a key's) the name must hold no blank. Whatever is unlike that is left to the decoders,
 * which also make these events.
 */
import { canonicalAddress } from '../kit/address.ts';
import type { LogEvent } from '../model/log-event.ts';
import { bytesOf, Literal, viewOf, WordMemo } from './bytes.ts';
import type { Envelope, ZoneClock } from './decoder.ts';
import { createSyslogParser, OWN_LEVELS } from './formats/syslog.ts';
import { refusal } from './programs/pam.ts';
import { ended, login } from './programs/sshd.ts';

/** Reads frequent lines. */
export interface FastLane {
  /**
   * The event of the line `text`, ASCII, whose bytes begin at `start`; null for one that is to be read the whole way. Its address is a
   * text of its own memory.
   */
  read(text: string, nowMs: number, bytes: Uint8Array, start: number): LogEvent | null;
}

const BLANK = 32;
const DOT = 46;
const COLON = 58;
const DASH = 45;
/** Bytes of `Nov 24 08:48:` and of `2026-11-24T08:48:`. */
const BSD_MINUTE = 13;
const ISO_MINUTE = 17;
const MAX_ZONE = 6;
const MAX_HOST = 64;
const MAX_ADDRESS = 45;
const MAX_PORT = 65_535;
const MAX_PID_DIGITS = 9;
/** Bytes of a name that is remembered. */
const MAX_WORD = 12;

const METHODS = new Set(['password', 'publickey', 'none', 'keyboard-interactive/pam']);
/** A container runtime's streams stand where a host would. */
const NO_HOSTS = new Set([...OWN_LEVELS, 'stdout', 'stderr']);

const TAG = new Literal('sshd[');
const SESSION_TAG = new Literal('sshd-session[');
const FAILED = new Literal('Failed ');
const ACCEPTED = new Literal('Accepted ');
const FOR = new Literal(' for ');
const FROM = new Literal(' from ');
const PORT = new Literal(' port ');
const SSH2 = new Literal(' ssh2');
const PREAUTH = new Literal(' [preauth]');
const INVALID = new Literal('Invalid user ');
const INVALID_USER = new Literal('invalid user ');
const ILLEGAL_USER = new Literal('illegal user ');
const AUTHENTICATING_USER = new Literal('authenticating user ');
const USER = new Literal('user ');
const CLOSED = new Literal('Connection closed by ');
const RESET = new Literal('Connection reset by ');
const DISCONNECTED = new Literal('Disconnected from ');
const DISCONNECTING = new Literal('Disconnecting ');
const TOO_MANY = new Literal(': Too many authentication failures [preauth]');
const MAXIMUM = new Literal('error: maximum authentication attempts exceeded for ');
const MAXIMUM_END = new Literal(' ssh2 [preauth]');
const REFUSED = new Literal('pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=');
const PAM_USER = new Literal('  user=');

/** Visible ASCII: 1. */
const VISIBLE = new Uint8Array(256).fill(1, 33, 127);
/** Digits, `a` to `f` in either case, dot and colon: 1. */
const ADDRESS_BYTES = bytesOf('0123456789:.abcdefABCDEF');

/** A lane for one source, whose stamps are read as `createSyslogParser` reads them. */
export function createFastLane(zone: ZoneClock, year: number | null): FastLane {
  const syslog = createSyslogParser(zone, year);
  const scratch: Envelope = { time: 0, host: null, program: null, pid: null, message: '', repeat: 1 };
  const envelope: Envelope = { time: 0, host: null, program: null, pid: null, message: '', repeat: 1 };
  const peer = { ip: '' as string | null, address: '', port: null as number | null, start: 0 };
  const hosts = new WordMemo(64, MAX_HOST, hostOf);
  const addresses = new WordMemo(4096, MAX_ADDRESS, canonicalAddress);
  const methods = new WordMemo(16, 24, (word) => (METHODS.has(word) ? word : null));
  const users = new WordMemo(1024, MAX_WORD, (name) => name);

  const minute = Literal.unset(ISO_MINUTE);
  let minuteEpoch = 0;
  let minuteNow = Number.NaN;
  const zoneBytes = new Uint8Array(MAX_ZONE);
  let zoneLength = 0;
  /** The host of the line before, with its blank. */
  const host = Literal.unset(MAX_HOST + 1);
  let time = 0;
  /** The line that is read, where it begins, and the bytes around it. */
  let line = '';
  let lineStart = 0;
  let all: DataView = new DataView(new ArrayBuffer(0));

  function read(text: string, nowMs: number, bytes: Uint8Array, start: number): LogEvent | null {
    all = viewOf(bytes);
    let at = afterStamp(text, nowMs, bytes, start);
    if (at < 0) return null;
    at = afterHost(bytes, at);
    if (at < 0) return null;
    if (TAG.standsAt(at, all)) {
      envelope.program = 'sshd';
      at += TAG.length;
    } else if (SESSION_TAG.standsAt(at, all)) {
      envelope.program = 'sshd-session';
      at += SESSION_TAG.length;
    } else return null;
    const digits = at;
    let pid = 0;
    for (let digit = bytes[at]! - 48; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48) pid = pid * 10 + digit;
    if (at === digits || at - digits > MAX_PID_DIGITS) return null;
    if (bytes[at] !== 93 || bytes[at + 1] !== COLON || bytes[at + 2] !== BLANK) return null;
    at += 3;
    envelope.time = time;
    envelope.pid = pid;
    envelope.message = text.slice(at - start);
    line = text;
    lineStart = start;
    return message(bytes, at, start + text.length);
  }

  /** The index behind the stamp and its blank, or -1; sets `time`. */
  function afterStamp(text: string, nowMs: number, bytes: Uint8Array, start: number): number {
    if (nowMs !== minuteNow || !minute.standsAt(start, all)) {
      if (!learnMinute(text, nowMs, bytes, start)) return -1;
    }
    let at = start + minute.length;
    const second = secondAt(bytes, at);
    if (second < 0) return -1;
    at += 2;
    time = minuteEpoch + second * 1000;
    if (minute.length === ISO_MINUTE) {
      if (bytes[at] === DOT) {
        time += fractionAt(bytes, at);
        at = afterDigits(bytes, at + 1);
      }
      for (let i = 0; i < zoneLength; i++) if (bytes[at + i] !== zoneBytes[i]) return -1;
      at += zoneLength;
    }
    return bytes[at] === BLANK ? at + 1 : -1;
  }

  /** Lets the parser read the stamp; false for lines that do not begin like syslog. */
  function learnMinute(text: string, nowMs: number, bytes: Uint8Array, start: number): boolean {
    minuteNow = Number.NaN;
    const length = minuteShape(bytes, start);
    if (length === 0 || !syslog.parse(text, nowMs, scratch)) return false;
    let at = start + length;
    const second = secondAt(bytes, at);
    if (second < 0) return false;
    at += 2;
    minuteEpoch = scratch.time - second * 1000;
    if (length === ISO_MINUTE) {
      if (bytes[at] === DOT) {
        minuteEpoch -= fractionAt(bytes, at);
        at = afterDigits(bytes, at + 1);
      }
      zoneLength = 0;
      while (VISIBLE[bytes[at + zoneLength]!] === 1) {
        if (zoneLength === MAX_ZONE) return false;
        zoneBytes[zoneLength] = bytes[at + zoneLength]!;
        zoneLength++;
      }
    }
    minute.set(all, start, length);
    minuteNow = nowMs;
    return true;
  }

  /** The index behind the host and its blank, or -1; sets the envelope's host. */
  function afterHost(bytes: Uint8Array, start: number): number {
    if (host.standsAt(start, all)) return start + host.length;
    let end = start;
    while (VISIBLE[bytes[end]!] === 1) end++;
    if (end === start || end - start > MAX_HOST || bytes[end] !== BLANK) return -1;
    const name = hosts.of(all, start, end);
    if (name === null) return -1;
    host.set(all, start, end + 1 - start);
    envelope.host = name;
    return end + 1;
  }

  /** A name that stands for a host wherever it is followed by a tag; null for any other word. */
  function hostOf(word: string): string | null {
    if (!/^[A-Za-z0-9][\w.:-]*$/.test(word) || NO_HOSTS.has(word)) return null;
    if (!syslog.parse(`2000-01-01T00:00:00Z ${word} sshd[1]: x`, 0, scratch)) return null;
    return scratch.host === word && scratch.program === 'sshd' ? word : null;
  }

  function message(bytes: Uint8Array, at: number, end: number): LogEvent | null {
    switch (bytes[at]) {
      case 70: // F
        return FAILED.standsAt(at, all) ? attempt(bytes, at + 7, end, 'failure') : null;
      case 65: // A
        return ACCEPTED.standsAt(at, all) ? attempt(bytes, at + 9, end, 'success') : null;
      case 73: // I
        return INVALID.standsAt(at, all) ? from(bytes, at + 13, end, 'ssh-invalid-user', true) : null;
      case 67: // C
        if (CLOSED.standsAt(at, all)) return closed(bytes, at + 21, end, 'ssh-preauth-close');
        return RESET.standsAt(at, all) ? closed(bytes, at + 20, end, 'ssh-preauth-close') : null;
      case 68: // D
        if (DISCONNECTED.standsAt(at, all)) return closed(bytes, at + 18, end, 'ssh-disconnect');
        return DISCONNECTING.standsAt(at, all) && TOO_MANY.standsAt(end - TOO_MANY.length, all)
          ? about(bytes, at + 14, end - TOO_MANY.length, 'ssh-too-many-failures')
          : null;
      case 101: // e
        return MAXIMUM.standsAt(at, all) && MAXIMUM_END.standsAt(end - MAXIMUM_END.length, all)
          ? maximum(bytes, at, end - MAXIMUM_END.length)
          : null;
      case 112: // p
        return REFUSED.standsAt(at, all) ? pamRefusal(bytes, at + REFUSED.length, end) : null;
      default:
        return null;
    }
  }

  /** `METHOD for [invalid user ]USER from PEER ssh2[: TYPE KEY]`. */
  function attempt(bytes: Uint8Array, start: number, end: number, outcome: 'success' | 'failure'): LogEvent | null {
    const methodEnd = afterWord(bytes, start);
    const method = methodEnd === start ? null : methods.of(all, start, methodEnd);
    if (method === null || !FOR.standsAt(methodEnd, all)) return null;
    const name = methodEnd + 5;
    const invalid = INVALID_USER.standsAt(name, all);
    const user = invalid ? name + 13 : name;
    let tail = end - 5;
    if (method === 'publickey') {
      tail = afterPeer(bytes, afterWord(bytes, user));
      if (tail < 0 || !SSH2.standsAt(tail, all) || afterKey(bytes, tail + 5, end) !== end) return null;
    } else if (!SSH2.standsAt(tail, all) || ILLEGAL_USER.standsAt(name, all)) return null;
    const userEnd = beforePeer(bytes, tail) - 6;
    if (userEnd < user || !FROM.standsAt(userEnd, all)) return null;
    const action = method === 'none' && outcome === 'failure' ? 'ssh-login-none' : 'ssh-login';
    return login(envelope, action, outcome, peer, word(user, userEnd), method, invalid);
  }

  /** `USER from PEER`. */
  function from(bytes: Uint8Array, user: number, end: number, action: string, invalid: boolean): LogEvent | null {
    const userEnd = beforePeer(bytes, end) - 6;
    if (userEnd < user || !FROM.standsAt(userEnd, all)) return null;
    return login(envelope, action, 'failure', peer, word(user, userEnd), undefined, invalid);
  }

  /** `error: maximum ... for [invalid user ]USER from PEER`, of which the decoders keep what stands behind `error: `. */
  function maximum(bytes: Uint8Array, at: number, end: number): LogEvent | null {
    const user = at + MAXIMUM.length;
    const invalid = INVALID_USER.standsAt(user, all);
    envelope.message = line.slice(at + 7 - lineStart);
    return from(bytes, invalid ? user + 13 : user, end, 'ssh-max-attempts', invalid);
  }

  /** `[invalid user USER |authenticating user USER |user USER ]PEER[ [preauth]]`. */
  function closed(bytes: Uint8Array, start: number, end: number, action: string): LogEvent | null {
    return bytes[end - 1] === 93 && PREAUTH.standsAt(end - PREAUTH.length, all)
      ? about(bytes, start, end - PREAUTH.length, 'ssh-preauth-close')
      : about(bytes, start, end, action);
  }

  function about(bytes: Uint8Array, start: number, end: number, action: string): LogEvent | null {
    const address = beforePeer(bytes, end);
    if (address < 0) return null;
    if (address === start) return ended(envelope, peer, undefined, false, action);
    const invalid = INVALID_USER.standsAt(start, all);
    let user = start + 13;
    if (!invalid) {
      if (AUTHENTICATING_USER.standsAt(start, all)) user = start + 20;
      else if (USER.standsAt(start, all)) user = start + 5;
      else return null;
    }
    if (address <= user || bytes[address - 1] !== BLANK) return null;
    return ended(envelope, peer, word(user, address - 1), invalid, action);
  }

  /** `ADDRESS[ |  user=USER]`. */
  function pamRefusal(bytes: Uint8Array, start: number, end: number): LogEvent | null {
    let at = start;
    while (ADDRESS_BYTES[bytes[at]!] === 1) at++;
    if (!takeAddress(bytes, start, at)) return null;
    let user: string | undefined;
    if (at !== end && (at + 1 !== end || bytes[at] !== BLANK)) {
      const name = at + PAM_USER.length;
      if (name >= end || !PAM_USER.standsAt(at, all) || afterWord(bytes, name) !== end) return null;
      user = word(name, end);
    }
    return refusal(envelope, 'sshd', peer.ip, '', user);
  }

  /** A user's name; short ones that come again are one text, which is found in tables at once. */
  function word(start: number, end: number): string {
    const length = end - start;
    return length === 0 || length > MAX_WORD
      ? line.slice(start - lineStart, end - lineStart)
      : users.of(all, start, end);
  }

  /** Where `ADDRESS port N` begins that ends at a place, or -1; sets the peer. */
  function beforePeer(bytes: Uint8Array, end: number): number {
    let digits = end;
    let port = 0;
    let scale = 1;
    for (let digit = bytes[digits - 1]! - 48; digit >= 0 && digit <= 9; digit = bytes[digits - 1]! - 48) {
      port += digit * scale;
      scale *= 10;
      digits--;
    }
    if (digits === end || end - digits > 5 || port > MAX_PORT) return -1;
    const addressEnd = digits - PORT.length;
    if (addressEnd <= lineStart || !PORT.standsAt(addressEnd, all)) return -1;
    let start = addressEnd;
    while (ADDRESS_BYTES[bytes[start - 1]!] === 1) start--;
    if (!takeAddress(bytes, start, addressEnd)) return -1;
    peer.port = port;
    return start;
  }

  /** Whether an address stands there; sets the peer's. */
  function takeAddress(bytes: Uint8Array, start: number, end: number): boolean {
    const last = bytes[end - 1];
    if (end - start < 2 || end - start > MAX_ADDRESS || last === COLON || last === DOT) return false;
    peer.ip = addresses.of(all, start, end);
    return peer.ip !== null;
  }

  return { read };
}

/** The index behind visible signs. */
function afterWord(bytes: Uint8Array, start: number): number {
  let at = start;
  while (VISIBLE[bytes[at]!] === 1) at++;
  return at;
}

/** The index behind ` from PEER`, where a name without blanks ends, or -1. */
function afterPeer(bytes: Uint8Array, start: number): number {
  // ` from ADDRESS port N`: four words, a blank before each.
  let at = start;
  for (let words = 0; words < 4; words++) {
    if (bytes[at] !== BLANK) return -1;
    at = afterWord(bytes, at + 1);
  }
  return at;
}

/** The index behind nothing or `: ED25519 SHA256:...`, or -1. A certificate's name would be the client's to choose: its type has a dash. */
function afterKey(bytes: Uint8Array, start: number, end: number): number {
  if (start === end) return end;
  if (bytes[start] !== COLON || bytes[start + 1] !== BLANK) return -1;
  let at = start + 2;
  while ((bytes[at]! >= 65 && bytes[at]! <= 90) || isDigit(bytes[at]!)) at++;
  return at > start + 2 && bytes[at] === BLANK ? afterWord(bytes, at + 1) : -1;
}

function minuteShape(bytes: Uint8Array, start: number): number {
  if (
    bytes[start + 3] === BLANK &&
    bytes[start + 6] === BLANK &&
    bytes[start + 12] === COLON &&
    bytes[start + 15] === BLANK
  )
    return bytes[start + 9] === COLON ? BSD_MINUTE : 0;
  return bytes[start + 4] === DASH && bytes[start + 10] === 84 && bytes[start + 16] === COLON ? ISO_MINUTE : 0;
}

/** The two digits of a second below 60, or -1. */
function secondAt(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]! - 48;
  const ones = bytes[at + 1]! - 48;
  return tens >= 0 && tens <= 5 && ones >= 0 && ones <= 9 ? tens * 10 + ones : -1;
}

/** Whole milliseconds of up to nine digits behind a dot. */
function fractionAt(bytes: Uint8Array, dot: number): number {
  let value = 0;
  let scale = 100;
  for (let at = dot + 1; scale >= 1 && isDigit(bytes[at]!); at++) {
    value += (bytes[at]! - 48) * scale;
    scale /= 10;
  }
  return value;
}

function afterDigits(bytes: Uint8Array, start: number): number {
  let at = start;
  while (isDigit(bytes[at]!)) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}
