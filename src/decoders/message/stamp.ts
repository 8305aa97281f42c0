/** The stamp near the start of an application's own log line, in the forms that logging libraries write. */
import type { ZoneClock } from '../decoder.ts';

/** A stamp and where the text behind it begins. */
export interface Stamp {
  readonly time: number;
  readonly end: number;
}

const REACH = 40;
/** Zone names that mean one offset only, in minutes east of Greenwich. */
const ZONES: Readonly<Record<string, number>> = {
  WEST: 60,
  CET: 60,
  CEST: 120,
  EET: 120,
  EEST: 180,
  MSK: 180,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  MST: -420,
  MDT: -360,
  PST: -480,
  PDT: -420,
  JST: 540,
  AEST: 600,
  AEDT: 660,
};
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';
const DAY = 86_400_000;
const TAI_OFFSET = 10;
const [OLDEST, NEWEST] = [1990, 2100];

/** The first stamp that begins within forty characters, or null. */
export function readStamp(text: string, nowMs: number, zone: ZoneClock): Stamp | null {
  if (text.charCodeAt(0) === 64) return tai64n(text);
  const reach = Math.min(REACH, text.length - 8);
  for (let at = 0; at < reach; at++) {
    const code = text.charCodeAt(at);
    if (at > 0 && isWord(text.charCodeAt(at - 1))) continue;
    const found = isDigit(code) ? numeric(text, at, nowMs, zone) : monthFirst(text, at, nowMs, zone);
    if (found !== null) return found;
  }
  return null;
}

/** `@400000006923f0e2` and eight digits more: TAI64N, as multilog puts before lines (cr.yp.to/libtai/tai64.html). */
function tai64n(text: string): Stamp | null {
  if (!text.startsWith('@4000000') || text.charCodeAt(25) !== 32) return null;
  const seconds = Number.parseInt(text.slice(8, 17), 16);
  const nanoseconds = Number.parseInt(text.slice(17, 25), 16);
  if (Number.isNaN(seconds) || Number.isNaN(nanoseconds)) return null;
  // Like multilog itself: ten seconds apart from UTC, whatever leap seconds there were since.
  return { time: (seconds - TAI_OFFSET) * 1000 + Math.floor(nanoseconds / 1e6), end: 25 };
}

function numeric(text: string, at: number, nowMs: number, zone: ZoneClock): Stamp | null {
  const first = digits(text, at);
  const behind = text.charCodeAt(at + 10);
  if (
    first === 10 &&
    text.charCodeAt(at) !== 48 &&
    (behind === 46 || behind === 32 || (behind === 93 && at === 1 && text.charCodeAt(0) === 91))
  )
    return { time: Number(text.slice(at, at + 10)) * 1000, end: at + 10 + fractionLength(text, at + 10) };
  if (first === 8)
    return clock(text, at + 9, zone, number(text, at, 4), number(text, at + 4, 2) - 1, number(text, at + 6, 2));
  if (first === 4) {
    const month = number(text, at + 5, 2);
    if (digits(text, at + 5) !== 2 || digits(text, at + 8) !== 2) return null;
    return clock(text, at + 11, zone, number(text, at, 4), month - 1, number(text, at + 8, 2));
  }
  // `261124  8:48:18`: MySQL's error log before 5.7.
  if (first === 6 && at === 0 && text.charCodeAt(6) === 32)
    return clock(text, 7, zone, 2000 + number(text, 0, 2), number(text, 2, 2) - 1, number(text, 4, 2));
  if (first > 2 || first === 0) return null;
  const day = number(text, at, first);
  const second = at + first + 1;
  const month = monthAt(text, second);
  if (month >= 0) {
    let year = second + 3;
    while (isWord(text.charCodeAt(year)) && !isDigit(text.charCodeAt(year))) year++;
    while (!isDigit(text.charCodeAt(year)) && year < second + 8) year++;
    return digits(text, year) === 4 ? clock(text, year + 5, zone, number(text, year, 4), month, day) : null;
  }
  const middle = digits(text, second);
  if (middle < 1 || middle > 2 || text.charCodeAt(second - 1) === 58) return null;
  const other = number(text, second, middle);
  // `11-24 08:48:18`, month first: FreeSWITCH's console.
  if (first === 2 && middle === 2 && at === 0 && text.charCodeAt(2) === 45 && text.charCodeAt(5) === 32)
    return newest(text, 6, nowMs, zone, day - 1, other);
  const year = second + middle + 1;
  const length = digits(text, year);
  if (length !== 4 && length !== 2) return null;
  const full = length === 4 ? number(text, year, 4) : 2000 + number(text, year, 2);
  const dayFirst = day > 12 || text.charCodeAt(second - 1) !== 47;
  return clock(text, year + length + 1, zone, full, (dayFirst ? other : day) - 1, dayFirst ? day : other);
}

/** `Nov 24 08:48:18`, with a year before or behind the clock if there is one. */
function monthFirst(text: string, at: number, nowMs: number, zone: ZoneClock): Stamp | null {
  const month = monthAt(text, at);
  if (month < 0) return null;
  let day = at + 3;
  while (!isDigit(text.charCodeAt(day)) && day < at + 6) day++;
  const length = digits(text, day);
  if (length < 1 || length > 2) return null;
  let next = day + length;
  while (!isDigit(text.charCodeAt(next)) && next < day + length + 3) next++;
  const date = number(text, day, length);
  if (digits(text, next) === 4) return clock(text, next + 5, zone, number(text, next, 4), month, date);
  if (digits(text, next) === 2 && text.charCodeAt(next + 2) === 32)
    return clock(text, next + 3, zone, 2000 + number(text, next, 2), month, date);
  // NX-OS writes the year before: `2026 Nov 24 08:48:18`.
  const before = at >= 5 && text.charCodeAt(at - 1) === 32 && digits(text, at - 5) === 4 ? number(text, at - 5, 4) : 0;
  if (before > 1990) return clock(text, next, zone, before, month, date);
  const found = newest(text, next, nowMs, zone, month, date);
  if (found === null) return null;
  const behind = text.charCodeAt(found.end) === 32 && digits(text, found.end + 1) === 4 ? found.end + 1 : -1;
  const written = behind < 0 ? 0 : number(text, behind, 4);
  if (written < OLDEST || written > NEWEST || text.charCodeAt(behind + 4) === 46) return found;
  const again = clock(text, next, zone, written, month, date);
  return again === null ? null : { time: again.time, end: behind + 4 };
}

/** A date without a year: the newest that is not in the future. */
function newest(text: string, from: number, nowMs: number, zone: ZoneClock, month: number, day: number): Stamp | null {
  const year = new Date(nowMs).getUTCFullYear();
  const found = clock(text, from, zone, year, month, day);
  return found === null || found.time <= nowMs + DAY ? found : clock(text, from, zone, year - 1, month, day);
}

/** `08:48:18[.123][ ][+03:00]` near `from`; blanks and a dash may precede it. */
function clock(text: string, from: number, zone: ZoneClock, year: number, month: number, day: number): Stamp | null {
  let at = from;
  while (at < from + 3 && !isDigit(text.charCodeAt(at))) at++;
  const width = digits(text, at);
  const minute = at + width + 1;
  if (width < 1 || width > 2 || digits(text, minute) !== 2 || digits(text, minute + 3) !== 2) return null;
  const hour = number(text, at, width);
  if (month < 0 || month > 11 || day < 1 || day > 31 || hour > 23 || number(text, minute, 2) > 59) return null;
  let end = minute + 5;
  const fraction = fractionLength(text, end);
  const ms = fraction > 1 ? Math.floor(Number(`0.${text.slice(end + 1, end + fraction)}`) * 1000) : 0;
  end += fraction;
  const half = text.startsWith(' PM', end) && hour < 12 ? 12 : text.startsWith(' AM', end) && hour === 12 ? -12 : 0;
  const parts = [year, month, day, hour + half, number(text, minute, 2), number(text, minute + 3, 2), ms] as const;
  const offset = offsetAt(text, end);
  if (offset === null) return { time: zone.toEpoch(...parts), end };
  return { time: Date.UTC(...parts) - offset.minutes * 60_000, end: offset.end };
}

function offsetAt(text: string, from: number): { minutes: number; end: number } | null {
  const at = text.charCodeAt(from) === 32 ? from + 1 : from;
  if (text.charCodeAt(from) === 90) return { minutes: 0, end: from + 1 };
  if (text.startsWith('UTC', at) || text.startsWith('GMT', at)) return { minutes: 0, end: at + 3 };
  const sign = text.charCodeAt(at);
  if (sign >= 65 && sign <= 90) {
    const named = ZONES[text.slice(at, at + 4)] ?? ZONES[text.slice(at, at + 3)];
    const length = ZONES[text.slice(at, at + 4)] === undefined ? 3 : 4;
    return named === undefined || isWord(text.charCodeAt(at + length)) ? null : { minutes: named, end: at + length };
  }
  if ((sign !== 43 && sign !== 45) || digits(text, at + 1) < 2) return null;
  const colon = text.charCodeAt(at + 3) === 58 ? 1 : 0;
  if (colon === 0 && digits(text, at + 1) !== 4) return null;
  const minutes = number(text, at + 1, 2) * 60 + number(text, at + 3 + colon, 2);
  return { minutes: sign === 45 ? -minutes : minutes, end: at + 5 + colon };
}

function fractionLength(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return (code === 46 || code === 44) && digits(text, at + 1) > 0 ? digits(text, at + 1) + 1 : 0;
}

function monthAt(text: string, at: number): number {
  const index = MONTHS.indexOf(text.slice(at, at + 3).toLowerCase());
  return index >= 0 && index % 3 === 0 && text.length > at + 3 ? index / 3 : -1;
}

function digits(text: string, at: number): number {
  let end = at;
  while (end < at + 12 && isDigit(text.charCodeAt(end))) end++;
  return end - at;
}

function number(text: string, at: number, length: number): number {
  return Number(text.slice(at, at + length));
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWord(code: number): boolean {
  return isDigit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}
