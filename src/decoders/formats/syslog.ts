/**
 * Syslog envelopes as they stand in files: RFC 3164 (with or without priority, host and year), rsyslog's RFC 3339 stamps
 * and RFC 5424. The parser remembers the last minute, host and zone, as neighbouring lines share them.
 */
import { copyText } from '../../kit/text.ts';
import type { Envelope, ZoneClock } from '../decoder.ts';

const SPACE = 32;
const DAY = 86_400_000;
const MAX_TAG = 64;
const LEVELS: ReadonlySet<string> = new Set(
  'emerg alert crit critical err error warning warn notice info debug verbose trace fatal'
    .split(' ')
    .flatMap((level) => [level, level.toUpperCase()]),
);
/** Levels as programs write them that stamp their lines like RFC 3164 but name no host. */
export const OWN_LEVELS: ReadonlySet<string> = new Set(['ERROR', 'WARN', 'WARNING', 'INFO', 'Error', 'Warn', 'Info']);
/** Longest `<facility.level>` of BSD's syslogd. */
const MAX_LEVEL = 24;

/** Reads one envelope into the given object; false when the line does not begin with a known stamp. */
export interface SyslogParser {
  parse(text: string, nowMs: number, out: Envelope): boolean;
}

/** A parser for stamps of one zone. `year` fixes the year of stamps without one; null guesses it from the time of reading. */
export function createSyslogParser(zone: ZoneClock, year: number | null): SyslogParser {
  let minuteText = '';
  let minuteEpoch = 0;
  let minuteNow = 0;
  let isoText = '';
  let isoZone = '';
  let isoEpoch = 0;
  let hostText = '\0';
  let hostName: string | null = null;
  let at = 0;
  const programs: (string | undefined)[] = new Array(128).fill(undefined);

  function parse(text: string, nowMs: number, out: Envelope): boolean {
    at = 0;
    out.repeat = 1;
    out.pid = null;
    if (text.charCodeAt(0) === 60) {
      const close = text.indexOf('>');
      if (close < 2 || close > 4) return false;
      at = close + 1;
      if (text.charCodeAt(at) === 49 && text.charCodeAt(at + 1) === SPACE) return parse5424(text, nowMs, out);
    }
    const code = text.charCodeAt(at);
    const time = code >= 48 && code <= 57 ? readIso(text) : readBsd(text, nowMs);
    if (Number.isNaN(time)) return false;
    out.time = time;
    // Some writers pad with blanks; BSD's syslogd -v puts `<mail.info>` behind the stamp.
    const next = text.charCodeAt(at);
    if (next === SPACE || next === 60) skipPadding(text);
    readHost(text, out);
    readTag(text, out);
    return true;
  }

  function skipPadding(text: string): void {
    while (text.charCodeAt(at) === SPACE) at++;
    if (text.charCodeAt(at) !== 60) return;
    const close = text.indexOf('> ', at);
    if (close > at && close - at <= MAX_LEVEL && text.lastIndexOf('.', close) > at) at = close + 2;
  }

  /** `Nov 24 08:48:18 `, day padded with a blank; also `Nov 24 2026 08:48:18 `. */
  function readBsd(text: string, nowMs: number): number {
    if (text.charCodeAt(at + 3) !== SPACE || text.charCodeAt(at + 6) !== SPACE) return Number.NaN;
    if (text.charCodeAt(at + 9) !== 58) return readBsdWithYear(text);
    if (text.charCodeAt(at + 12) !== 58) return Number.NaN;
    const second = twoDigits(text, at + 13);
    const after = text.charCodeAt(at + 15);
    if (!(second <= 60) || (after !== SPACE && after !== 46)) return Number.NaN;
    if (nowMs !== minuteNow || !text.startsWith(minuteText, at)) {
      const epoch = bsdMinute(text, nowMs);
      if (Number.isNaN(epoch)) return Number.NaN;
      minuteText = text.slice(at, at + 12);
      minuteEpoch = epoch;
      minuteNow = nowMs;
    }
    at += 15;
    const fraction = after === 46 ? readFraction(text) : 0;
    if (text.charCodeAt(at) !== SPACE) return Number.NaN;
    at++;
    return minuteEpoch + second * 1000 + fraction;
  }

  function bsdMinute(text: string, nowMs: number): number {
    const month = monthOf(text, at);
    const day = text.charCodeAt(at + 4) === SPACE ? digit(text, at + 5) : twoDigits(text, at + 4);
    const hour = twoDigits(text, at + 7);
    const minute = twoDigits(text, at + 10);
    if (month < 0 || !(day >= 1 && day <= 31) || !(hour <= 23) || !(minute <= 59)) return Number.NaN;
    if (year !== null) return zone.toEpoch(year, month, day, hour, minute, 0, 0);
    const thisYear = new Date(nowMs).getUTCFullYear();
    // The newest such date that is not in the future; a day of grace for zones and clocks that are off.
    for (let guess = thisYear + 1; guess > thisYear - 8; guess--) {
      if (month === 1 && day === 29 && !isLeap(guess)) continue;
      const epoch = zone.toEpoch(guess, month, day, hour, minute, 0, 0);
      if (epoch <= nowMs + DAY) return epoch;
    }
    return zone.toEpoch(thisYear, month, day, hour, minute, 0, 0);
  }

  function readBsdWithYear(text: string): number {
    const month = monthOf(text, at);
    const day = text.charCodeAt(at + 4) === SPACE ? digit(text, at + 5) : twoDigits(text, at + 4);
    const written = twoDigits(text, at + 7) * 100 + twoDigits(text, at + 9);
    if (text.charCodeAt(at + 11) !== SPACE || text.charCodeAt(at + 14) !== 58 || text.charCodeAt(at + 17) !== 58)
      return Number.NaN;
    const time = zone.toEpoch(
      written,
      month,
      day,
      twoDigits(text, at + 12),
      twoDigits(text, at + 15),
      twoDigits(text, at + 18),
      0,
    );
    if (month < 0 || Number.isNaN(time) || text.charCodeAt(at + 20) !== SPACE) return Number.NaN;
    at += 21;
    return time;
  }

  /** `2026-11-24T08:48:18.123456+00:00 `, also with a blank for the T and without a zone. */
  function readIso(text: string): number {
    if (text.charCodeAt(at + 4) !== 45 || text.charCodeAt(at + 7) !== 45 || text.charCodeAt(at + 16) !== 58)
      return Number.NaN;
    const start = at;
    const second = twoDigits(text, at + 17);
    if (!(second <= 60)) return Number.NaN;
    at += 19;
    const mark = text.charCodeAt(at);
    const fraction = mark === 46 || mark === 44 ? readFraction(text) : 0;
    const zoneStart = at;
    const sign = text.charCodeAt(at);
    if (sign === 90) at++;
    else if (sign === 43 || sign === 45) at += text.charCodeAt(at + 3) === 58 ? 6 : 5;
    if (text.charCodeAt(at) !== SPACE) return Number.NaN;
    if (
      !(text.startsWith(isoText, start) && at - zoneStart === isoZone.length && text.startsWith(isoZone, zoneStart)) ||
      isoText === ''
    ) {
      const epoch = isoMinute(text, start, zoneStart);
      if (Number.isNaN(epoch)) return Number.NaN;
      isoText = text.slice(start, start + 17);
      isoZone = text.slice(zoneStart, at);
      isoEpoch = epoch;
    }
    at++;
    return isoEpoch + second * 1000 + fraction;
  }

  function isoMinute(text: string, start: number, zoneStart: number): number {
    const y = twoDigits(text, start) * 100 + twoDigits(text, start + 2);
    const month = twoDigits(text, start + 5) - 1;
    const day = twoDigits(text, start + 8);
    const hour = twoDigits(text, start + 11);
    const minute = twoDigits(text, start + 14);
    const between = text.charCodeAt(start + 10);
    if (
      (between !== 84 && between !== SPACE) ||
      !(month >= 0 && month <= 11 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59)
    )
      return Number.NaN;
    const sign = text.charCodeAt(zoneStart);
    if (sign === SPACE) return zone.toEpoch(y, month, day, hour, minute, 0, 0);
    const utc = Date.UTC(y, month, day, hour, minute);
    if (sign === 90) return utc;
    const minutes =
      twoDigits(text, zoneStart + 1) * 60 +
      twoDigits(text, zoneStart + (text.charCodeAt(zoneStart + 3) === 58 ? 4 : 3));
    return utc - (sign === 43 ? minutes : -minutes) * 60_000;
  }

  /** Digits after the second, as ms; leaves `at` behind them. */
  function readFraction(text: string): number {
    let value = 0;
    let scale = 100;
    for (at++; ; at++) {
      const code = text.charCodeAt(at);
      if (!(code >= 48 && code <= 57)) return Math.floor(value);
      value += (code - 48) * scale;
      scale /= 10;
    }
  }

  function readHost(text: string, out: Envelope): void {
    if (text.startsWith(hostText, at)) {
      out.host = hostName;
      at += hostText.length;
      return;
    }
    const end = text.indexOf(' ', at);
    if (end < 0) {
      out.host = null;
      return;
    }
    const last = text.charCodeAt(end - 1);
    // A tag here means that the writer named no host: `program[12]: ...`. An IPv6 host also has colons, but never at its end.
    if (last === 58 || end === at) {
      out.host = null;
      return;
    }
    // A level (`INFO vpxd[12] ...`) or a pair (`event="x" ...`) in the host's place: the writer named no host.
    const equals = text.indexOf('=', at);
    const colon = text.charCodeAt(at) === 91 ? text.indexOf(':', at) : 0;
    const bracketed = (colon < 0 || colon > end) && !(text.charCodeAt(at + 1) >= 48 && text.charCodeAt(at + 1) <= 57);
    if (bracketed || (equals > at && equals < end) || LEVELS.has(text.slice(at, end))) {
      out.host = null;
      return;
    }
    hostText = Buffer.from(text.slice(at, end + 1), 'utf16le').toString('utf16le');
    hostName = hostText.slice(0, -1);
    out.host = hostName;
    at = end + 1;
  }

  /** `program[12]: `, `program: `, `program(module)[12]: `; without any of them the message begins here. */
  function readTag(text: string, out: Envelope): void {
    if (text.charCodeAt(at) === 91 && readBracketed(text, out)) return;
    const known = knownProgram(text);
    let end = known === null ? endOfTag(text) : at + known.length;
    // BIG-IP writes `host notice apmd[12]: text`.
    if (
      known === null &&
      text.charCodeAt(end) === SPACE &&
      text.charCodeAt(at) >= 97 &&
      LEVELS.has(text.slice(at, end))
    ) {
      const from = at;
      at = end + 1;
      end = endOfTag(text);
      if (text.charCodeAt(end) !== 91 && text.charCodeAt(end) !== 58 && text.charCodeAt(end) !== 40) {
        at = from;
        end = from;
      }
    }
    let next = end;
    let pid: number | null = null;
    if (text.charCodeAt(next) === 40) next = text.indexOf(')', next) + 1 || end;
    // Dovecot 2.4's `auth(NAME,ADDRESS)<SESSION>: text` has more in its brackets than a module: the message keeps them.
    if (next > end && text.charCodeAt(next) === 60 && text.indexOf(',', end) < next) {
      out.program = text.slice(at, end);
      out.message = text.slice(at);
      return;
    }
    if (text.charCodeAt(next) === 91) {
      const close = text.indexOf(']', next);
      if (close > next && close - next < 24) {
        pid = parseDigits(text, next + 1, close);
        next = close + 1;
      }
    }
    // `WARN: text`: a level is no program.
    if (pid === null && known === null && end > at && LEVELS.has(text.slice(at, end))) {
      out.program = null;
      out.message = text.slice(at);
      return;
    }
    // `program[12] text`: ProFTPD and others leave the colon out behind a process number.
    if (
      end === at ||
      (text.charCodeAt(next) !== 58 &&
        (pid === null || text.charCodeAt(next) !== SPACE || text.charCodeAt(next + 1) === 91))
    ) {
      out.program = null;
      out.message = text.slice(at);
      return;
    }
    out.program = known ?? rememberProgram(text, end);
    out.pid = pid;
    next++;
    if (text.charCodeAt(next) === SPACE) next++;
    // Solaris writes `[ID 800047 auth.info] ` before every message.
    if (text.charCodeAt(next) === 91 && text.startsWith('[ID ', next)) {
      const close = text.indexOf('] ', next);
      if (close > next && close - next <= MAX_TAG) next = close + 2;
    }
    out.message = text.slice(next);
  }

  /** metalog's `[program]: text` or `[program] text`; levels and loggers in brackets are no programs. */
  function readBracketed(text: string, out: Envelope): boolean {
    const close = text.indexOf('] ', at);
    const colon = text.indexOf(']: ', at);
    const end = colon > at && (close < 0 || colon < close) ? colon : close;
    if (end < at || end - at > MAX_TAG || !isName(text, at + 1, end)) return false;
    const name = text.slice(at + 1, end);
    if (end !== colon && (LEVELS.has(name) || name !== name.toLowerCase())) return false;
    out.program = name;
    out.message = text.slice(end + (end === colon ? 3 : 2));
    return true;
  }

  /** The program last seen with this first letter, if it is the one here: most lines come from a handful of programs. */
  function knownProgram(text: string): string | null {
    const known = programs[text.charCodeAt(at) & 127];
    if (known === undefined || !text.startsWith(known, at)) return null;
    const after = text.charCodeAt(at + known.length);
    return after === 91 || after === 58 ? known : null;
  }

  function endOfTag(text: string): number {
    const limit = Math.min(text.length, at + MAX_TAG);
    let end = at;
    for (; end < limit; end++) {
      const code = text.charCodeAt(end);
      if (code === 91 || code === 58 || code === SPACE || code === 40 || code === 61) break;
    }
    return end;
  }

  function rememberProgram(text: string, end: number): string {
    const name = programName(text, at, end);
    if (name.length !== end - at) return name;
    const kept = copyText(name);
    programs[text.charCodeAt(at) & 127] = kept;
    return kept;
  }

  /** RFC 5424: `<34>1 TIME HOST APP PROCID MSGID SD MSG`. */
  function parse5424(text: string, nowMs: number, out: Envelope): boolean {
    at += 2;
    if (text.charCodeAt(at) === 45) {
      out.time = nowMs;
      at += 2;
    } else {
      const time = readIso(text);
      if (Number.isNaN(time)) return false;
      out.time = time;
    }
    out.host = nil(word(text));
    out.program = nil(word(text));
    const procid = word(text);
    out.pid = parseDigits(procid, 0, procid.length);
    const id = word(text);
    // Junos puts all it has to say there, and its message's name before it.
    if (text.startsWith('[junos@', at)) {
      out.message = `${id} ${text.slice(at)}`;
      return true;
    }
    if (!skipStructuredData(text)) return false;
    if (text.charCodeAt(at) === SPACE) at++;
    if (text.charCodeAt(at) === 0xfeff) at++;
    out.message = text.slice(at);
    return true;
  }

  function word(text: string): string {
    const end = text.indexOf(' ', at);
    const found = end < 0 ? text.slice(at) : text.slice(at, end);
    at = end < 0 ? text.length : end + 1;
    return found;
  }

  function skipStructuredData(text: string): boolean {
    if (text.charCodeAt(at) === 45) {
      at++;
      return true;
    }
    let quoted = false;
    while (text.charCodeAt(at) === 91 && !isBracketText(text, at)) {
      for (at++; at < text.length; at++) {
        const code = text.charCodeAt(at);
        if (quoted && code === 92) at++;
        else if (code === 34) quoted = !quoted;
        else if (code === 93 && !quoted) break;
      }
      if (at >= text.length) return false;
      at++;
    }
    return true;
  }

  return { parse };
}

/** `[action:"Drop"; ...`: no element of RFC 5424, whose names hold no quote, but the message that Check Point puts in their place. */
function isBracketText(text: string, at: number): boolean {
  let end = at + 1;
  while (end - at < 33 && isName(text, end, end + 1)) end++;
  return end > at + 1 && text.charCodeAt(end) === 58 && text.charCodeAt(end + 1) === 34;
}

/** The base name of a tag: `/usr/sbin/sshd` is `sshd`. */
function programName(text: string, start: number, end: number): string {
  const slash = text.lastIndexOf('/', end - 1);
  return slash >= start && slash < end - 1 && text.charCodeAt(start) === 47
    ? text.slice(slash + 1, end)
    : text.slice(start, end);
}

function isName(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const code = text.charCodeAt(at);
    const lower = code | 32;
    if (!((lower >= 97 && lower <= 122) || code === 45 || code === 95 || (at > start && code >= 48 && code <= 57)))
      return false;
  }
  return end > start;
}

function nil(text: string): string | null {
  return text === '-' || text === '' ? null : text;
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

/** The number in [start, end), or null if there is anything but up to 10 digits. */
export function parseDigits(text: string, start: number, end: number): number | null {
  if (end <= start || end - start > 10) return null;
  let value = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (!(code >= 48 && code <= 57)) return null;
    value = value * 10 + code - 48;
  }
  return value;
}

/** Two digits as a number, NaN otherwise. */
export function twoDigits(text: string, at: number): number {
  return digit(text, at) * 10 + digit(text, at + 1);
}

function digit(text: string, at: number): number {
  const value = text.charCodeAt(at) - 48;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Month 0-11 of an English three-letter name at a place, -1 if there is none. */
export function monthOf(text: string, at: number): number {
  return MONTHS.indexOf(text.slice(at, at + 3));
}
