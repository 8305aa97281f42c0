/**
 * The lines that fill the log of an attacked server, read from their bytes: a stamp of the minute before, a host that was seen, the tag
 * of sshd, and one of its frequent messages with every byte accounted for. Names and addresses hold no blank here, so there is one way
 * to read such a line and nobody but the server wrote its peer; whatever is unlike that is left to the decoders, whose events these are.
 */
import { canonicalAddress } from '../kit/address.ts';
import type { LogEvent } from '../model/log-event.ts';
import { standsAt, WordMemo } from './bytes.ts';
import type { Envelope, ZoneClock } from './decoder.ts';
import { createSyslogParser, OWN_LEVELS } from './formats/syslog.ts';
import { refusal } from './programs/pam.ts';
import { ended, login } from './programs/sshd.ts';

/** Reads frequent lines. */
export interface FastLane {
  /** The event of the line `text`, ASCII, whose bytes begin at `start`; null for one that is to be read the whole way. */
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

const METHODS = new Set(['password', 'publickey', 'none', 'keyboard-interactive/pam']);
/** A container runtime's streams stand where a host would. */
const NO_HOSTS = new Set([...OWN_LEVELS, 'stdout', 'stderr']);

const SSHD = ascii('sshd');
const SESSION = ascii('-session');
const FAILED = ascii('Failed ');
const ACCEPTED = ascii('Accepted ');
const FOR = ascii(' for ');
const FROM = ascii(' from ');
const PORT = ascii(' port ');
const SSH2 = ascii(' ssh2');
const PREAUTH = ascii(' [preauth]');
const INVALID = ascii('Invalid user ');
const INVALID_USER = ascii('invalid user ');
const AUTHENTICATING_USER = ascii('authenticating user ');
const USER = ascii('user ');
const CLOSED = ascii('Connection closed by ');
const RESET = ascii('Connection reset by ');
const DISCONNECTED = ascii('Disconnected from ');
const REFUSED = ascii('pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=');
const PAM_USER = ascii('  user=');

/** Visible ASCII: 1. */
const VISIBLE = new Uint8Array(256).fill(1, 33, 127);
/** Digits, `a` to `f` in either case, dot and colon: 1. */
const ADDRESS_BYTES = new Uint8Array(256);
for (const sign of '0123456789:.abcdefABCDEF') ADDRESS_BYTES[sign.charCodeAt(0)] = 1;

/** A lane for one source, whose stamps are read as `createSyslogParser` reads them. */
export function createFastLane(zone: ZoneClock, year: number | null): FastLane {
  const syslog = createSyslogParser(zone, year);
  const scratch: Envelope = { time: 0, host: null, program: null, pid: null, message: '', repeat: 1 };
  const envelope: Envelope = { time: 0, host: null, program: null, pid: null, message: '', repeat: 1 };
  const peer = { ip: '' as string | null, address: '', port: null as number | null, start: 0 };
  const hosts = new WordMemo(64, MAX_HOST, hostOf);
  const addresses = new WordMemo(4096, MAX_ADDRESS, canonicalAddress);
  const methods = new WordMemo(16, 24, (word) => (METHODS.has(word) ? word : null));
  const users = new WordMemo(1024, 12, (word) => word);

  const minute = new Uint8Array(ISO_MINUTE);
  let minuteLength = 0;
  let minuteEpoch = 0;
  let minuteNow = Number.NaN;
  const zoneBytes = new Uint8Array(MAX_ZONE);
  let zoneLength = 0;
  /** The host of the line before, with its blank. */
  const host = new Uint8Array(MAX_HOST + 1);
  let hostLength = 0;
  let time = 0;

  function read(text: string, nowMs: number, bytes: Uint8Array, start: number): LogEvent | null {
    let at = afterStamp(text, nowMs, bytes, start);
    if (at < 0) return null;
    at = afterHost(bytes, at);
    if (at < 0 || !standsAt(SSHD, bytes, at)) return null;
    at += 4;
    envelope.program = 'sshd';
    if (bytes[at] === DASH) {
      if (!standsAt(SESSION, bytes, at)) return null;
      at += 8;
      envelope.program = 'sshd-session';
    }
    if (bytes[at] !== 91) return null;
    const digits = ++at;
    let pid = 0;
    for (let digit = bytes[at]! - 48; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48) pid = pid * 10 + digit;
    if (at === digits || at - digits > MAX_PID_DIGITS) return null;
    if (bytes[at] !== 93 || bytes[at + 1] !== COLON || bytes[at + 2] !== BLANK) return null;
    envelope.time = time;
    envelope.pid = pid;
    return message(text, bytes, start, at + 3);
  }

  /** The index behind the stamp and its blank, or -1; sets `time`. */
  function afterStamp(text: string, nowMs: number, bytes: Uint8Array, start: number): number {
    let i = 0;
    while (i < minuteLength && bytes[start + i] === minute[i]) i++;
    if (i < minuteLength || nowMs !== minuteNow || minuteLength === 0) {
      if (!learnMinute(text, nowMs, bytes, start)) return -1;
    }
    let at = start + minuteLength;
    const second = secondAt(bytes, at);
    if (second < 0) return -1;
    at += 2;
    time = minuteEpoch + second * 1000;
    if (minuteLength === ISO_MINUTE) {
      if (bytes[at] === DOT) {
        time += fractionAt(bytes, at);
        at = afterDigits(bytes, at + 1);
      }
      for (i = 0; i < zoneLength; i++) if (bytes[at + i] !== zoneBytes[i]) return -1;
      at += zoneLength;
    }
    return bytes[at] === BLANK ? at + 1 : -1;
  }

  /** Lets the parser read the stamp; false for lines that do not begin like syslog. */
  function learnMinute(text: string, nowMs: number, bytes: Uint8Array, start: number): boolean {
    minuteLength = 0;
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
      if (zoneLength === 0) return false;
    }
    for (let i = 0; i < length; i++) minute[i] = bytes[start + i]!;
    minuteLength = length;
    minuteNow = nowMs;
    return true;
  }

  /** The index behind the host and its blank, or -1; sets the envelope's host. */
  function afterHost(bytes: Uint8Array, start: number): number {
    let i = 0;
    while (i < hostLength && bytes[start + i] === host[i]) i++;
    if (hostLength > 0 && i === hostLength) return start + hostLength;
    let end = start;
    while (VISIBLE[bytes[end]!] === 1) end++;
    if (end === start || end - start > MAX_HOST || bytes[end] !== BLANK) return -1;
    const name = hosts.of(bytes, start, end);
    if (name === null) return -1;
    hostLength = end + 1 - start;
    for (i = 0; i < hostLength; i++) host[i] = bytes[start + i]!;
    envelope.host = name;
    return end + 1;
  }

  /** A name that stands for a host wherever it is followed by a tag; null for any other word. */
  function hostOf(word: string): string | null {
    if (!/^[A-Za-z0-9][\w.:-]*$/.test(word) || NO_HOSTS.has(word)) return null;
    if (!syslog.parse(`2000-01-01T00:00:00Z ${word} sshd[1]: x`, 0, scratch)) return null;
    return scratch.host === word && scratch.program === 'sshd' ? word : null;
  }

  function message(text: string, bytes: Uint8Array, start: number, at: number): LogEvent | null {
    const end = start + text.length;
    envelope.message = text.slice(at - start);
    switch (bytes[at]) {
      case 70: // F
        return standsAt(FAILED, bytes, at) ? attempt(text, bytes, start, at + 7, end, 'failure') : null;
      case 65: // A
        return standsAt(ACCEPTED, bytes, at) ? attempt(text, bytes, start, at + 9, end, 'success') : null;
      case 73: // I
        return standsAt(INVALID, bytes, at) ? invalidUser(text, bytes, start, at + 13, end) : null;
      case 67: // C
        if (standsAt(CLOSED, bytes, at)) return closed(text, bytes, start, at + 21, end, 'ssh-preauth-close');
        return standsAt(RESET, bytes, at) ? closed(text, bytes, start, at + 20, end, 'ssh-preauth-close') : null;
      case 68: // D
        return standsAt(DISCONNECTED, bytes, at) ? closed(text, bytes, start, at + 18, end, 'ssh-disconnect') : null;
      case 112: // p
        return standsAt(REFUSED, bytes, at) ? pamRefusal(text, bytes, start, at + REFUSED.length, end) : null;
      default:
        return null;
    }
  }

  /** `METHOD for [invalid user ]USER from PEER ssh2[: TYPE KEY]`. */
  function attempt(
    text: string,
    bytes: Uint8Array,
    start: number,
    from: number,
    end: number,
    outcome: 'success' | 'failure',
  ): LogEvent | null {
    let at = afterWord(bytes, from);
    const method = at === from ? null : methods.of(bytes, from, at);
    if (method === null || !standsAt(FOR, bytes, at)) return null;
    at += 5;
    const invalid = standsAt(INVALID_USER, bytes, at);
    const user = invalid ? at + 13 : at;
    const userEnd = afterWord(bytes, user);
    if (userEnd === user || !standsAt(FROM, bytes, userEnd)) return null;
    at = afterPeer(bytes, userEnd + 6);
    if (at < 0 || !standsAt(SSH2, bytes, at)) return null;
    if (at + 5 !== end && (method !== 'publickey' || afterKey(bytes, at + 5) !== end)) return null;
    const action = method === 'none' && outcome === 'failure' ? 'ssh-login-none' : 'ssh-login';
    return login(envelope, action, outcome, peer, name(text, bytes, start, user, userEnd), method, invalid);
  }

  /** `USER from PEER`. */
  function invalidUser(text: string, bytes: Uint8Array, start: number, user: number, end: number): LogEvent | null {
    const userEnd = afterWord(bytes, user);
    if (userEnd === user || !standsAt(FROM, bytes, userEnd) || afterPeer(bytes, userEnd + 6) !== end) return null;
    const word = name(text, bytes, start, user, userEnd);
    return login(envelope, 'ssh-invalid-user', 'failure', peer, word, undefined, true);
  }

  /** `[invalid user USER |authenticating user USER |user USER ]PEER[ [preauth]]`. */
  function closed(
    text: string,
    bytes: Uint8Array,
    start: number,
    from: number,
    end: number,
    action: string,
  ): LogEvent | null {
    const invalid = standsAt(INVALID_USER, bytes, from);
    const user = invalid
      ? from + 13
      : standsAt(AUTHENTICATING_USER, bytes, from)
        ? from + 20
        : standsAt(USER, bytes, from)
          ? from + 5
          : from;
    let at = from;
    let word: string | undefined;
    if (user > from) {
      at = afterWord(bytes, user);
      if (at === user || bytes[at] !== BLANK) return null;
      word = name(text, bytes, start, user, at);
      at++;
    }
    at = afterPeer(bytes, at);
    if (at === end) return at < 0 ? null : ended(envelope, peer, word, invalid, action);
    if (at < 0 || at + 10 !== end || !standsAt(PREAUTH, bytes, at)) return null;
    return ended(envelope, peer, word, invalid, 'ssh-preauth-close');
  }

  /** `ADDRESS[ |  user=USER]`. */
  function pamRefusal(text: string, bytes: Uint8Array, start: number, from: number, end: number): LogEvent | null {
    const at = afterAddress(bytes, from);
    if (at < 0) return null;
    let word: string | undefined;
    if (at !== end && (at + 1 !== end || bytes[at] !== BLANK)) {
      const user = at + PAM_USER.length;
      if (user >= end || !standsAt(PAM_USER, bytes, at) || afterWord(bytes, user) !== end) return null;
      word = name(text, bytes, start, user, end);
    }
    return refusal(envelope, 'sshd', peer.ip, '', word);
  }

  /** A user's name; short ones that come again are one text, which is found in tables at once. */
  function name(text: string, bytes: Uint8Array, start: number, from: number, end: number): string {
    return end - from > 12 ? text.slice(from - start, end - start) : users.of(bytes, from, end);
  }

  /** The index behind `ADDRESS port N`, or -1; sets the peer. */
  function afterPeer(bytes: Uint8Array, start: number): number {
    const end = afterAddress(bytes, start);
    if (end < 0 || !standsAt(PORT, bytes, end)) return -1;
    const digits = end + PORT.length;
    let at = digits;
    let port = 0;
    for (let digit = bytes[at]! - 48; digit >= 0 && digit <= 9; digit = bytes[++at]! - 48) port = port * 10 + digit;
    if (at === digits || at - digits > 5 || port > MAX_PORT) return -1;
    peer.port = port;
    return at;
  }

  function afterAddress(bytes: Uint8Array, start: number): number {
    let end = start;
    while (ADDRESS_BYTES[bytes[end]!] === 1) end++;
    const last = bytes[end - 1];
    if (end === start || end - start > MAX_ADDRESS || last === COLON || last === DOT) return -1;
    peer.ip = addresses.of(bytes, start, end);
    return peer.ip === null ? -1 : end;
  }

  return { read };
}

function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/** The index behind visible signs. */
function afterWord(bytes: Uint8Array, start: number): number {
  let at = start;
  while (VISIBLE[bytes[at]!] === 1) at++;
  return at;
}

/** The index behind `: ED25519 SHA256:...`, or -1. A certificate's name would be the client's to choose: its type has a dash. */
function afterKey(bytes: Uint8Array, start: number): number {
  if (bytes[start] !== COLON || bytes[start + 1] !== BLANK) return -1;
  let at = start + 2;
  while ((bytes[at]! >= 65 && bytes[at]! <= 90) || (bytes[at]! >= 48 && bytes[at]! <= 57)) at++;
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
