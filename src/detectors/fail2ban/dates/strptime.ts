/** Makes a time from the parts of a date, and gives it a year, day or zone where it has none, as fail2ban does. */
import type { DateContext } from './date-context.ts';
import { monthOf, weekdayOf } from './date-words.ts';
import { zoneOffset } from './zones.ts';

/** Found parts by their strptime letter. */
export type DateParts = Record<string, string>;

const DAY_MS = 86_400_000;

interface Calendar {
  year: number;
  month: number;
  day: number;
}

/** Milliseconds since the epoch, or null when the parts are no date. */
export function timeOf(parts: DateParts, context: DateContext): number | null {
  const zone = parts.Z ?? parts.z;
  let offset = zone === undefined ? null : zoneOffset(zone);
  if (zone !== undefined && offset === null) return null;
  offset ??= context.offset;
  const now = localParts(context.now);
  const found = calendarOf(parts, now);
  if (found === null) return null;
  const { date, assumedYear, assumedDay } = found;
  const hour = hourOf(parts);
  const minute = Number(parts.M ?? 0);
  const second = Number(parts.S ?? 0);
  if (second > 59 || !isDay(date)) return null;
  // A clock reading, written as if it were UTC so that readings can be compared and moved.
  let reading = Date.UTC(date.year, date.month - 1, date.day, hour, minute, second);
  if (offset !== null) reading -= offset * 60_000;
  if (assumedDay && reading > now.reading) reading -= DAY_MS;
  if (assumedYear && reading > now.reading + DAY_MS) {
    if (!isDay({ ...date, year: date.year - 1 })) return null;
    const moved = new Date(reading);
    reading = Date.UTC(
      date.year - 1,
      date.month - 1,
      date.day,
      moved.getUTCHours(),
      moved.getUTCMinutes(),
      moved.getUTCSeconds(),
    );
  }
  return offset === null ? fromLocal(reading) : reading;
}

function calendarOf(
  parts: DateParts,
  now: Calendar,
): { readonly date: Calendar; readonly assumedYear: boolean; readonly assumedDay: boolean } | null {
  let year = parts.y === undefined ? undefined : 2000 + Number(parts.y);
  if (parts.Y !== undefined) year = Number(parts.Y);
  const assumedYear = year === undefined;
  year ??= now.year;
  const month = parts.m === undefined ? undefined : Number(parts.m);
  const named = parts.b ?? parts.B;
  const theMonth = named === undefined ? month : monthOf(named);
  const day = parts.d === undefined ? undefined : Number(parts.d);
  if (theMonth !== undefined && day !== undefined)
    return { date: { year, month: theMonth, day }, assumedYear, assumedDay: false };
  const yearDay = yearDayOf(parts, year);
  if (yearDay !== null) {
    const at = new Date(Date.UTC(year, 0, yearDay));
    const date = { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
    return { date, assumedYear, assumedDay: false };
  }
  if (theMonth !== undefined || day !== undefined) return null;
  return { date: { year, month: now.month, day: now.day }, assumedYear, assumedDay: true };
}

/** Day of the year (from 1) of `%j`, or of a week's number and weekday. */
function yearDayOf(parts: DateParts, year: number): number | null {
  if (parts.j !== undefined) return Number(parts.j);
  const week = parts.U ?? parts.W;
  const name = parts.a ?? parts.A;
  let weekday = name === undefined ? null : weekdayOf(name);
  if (parts.w !== undefined) weekday = (Number(parts.w) + 6) % 7;
  if (week === undefined || weekday === null) return null;
  const monday = parts.U === undefined;
  let first = (new Date(Date.UTC(year, 0, 1)).getUTCDay() + 6) % 7;
  if (!monday) {
    first = (first + 1) % 7;
    weekday = (weekday + 1) % 7;
  }
  const weekZero = (7 - first) % 7;
  return Number(week) === 0 ? 1 + weekday - first : 1 + weekZero + 7 * (Number(week) - 1) + weekday;
}

function hourOf(parts: DateParts): number {
  if (parts.I === undefined) return Number(parts.H ?? 0);
  const hour = Number(parts.I) % 12;
  return (parts.p ?? '').toLowerCase() === 'pm' ? hour + 12 : hour;
}

function isDay({ year, month, day }: Calendar): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

function localParts(ms: number): Calendar & { readonly reading: number } {
  const at = new Date(ms);
  return {
    year: at.getFullYear(),
    month: at.getMonth() + 1,
    day: at.getDate(),
    reading: Date.UTC(
      at.getFullYear(),
      at.getMonth(),
      at.getDate(),
      at.getHours(),
      at.getMinutes(),
      at.getSeconds(),
      at.getMilliseconds(),
    ),
  };
}

function fromLocal(reading: number): number {
  const at = new Date(reading);
  return new Date(
    at.getUTCFullYear(),
    at.getUTCMonth(),
    at.getUTCDate(),
    at.getUTCHours(),
    at.getUTCMinutes(),
    at.getUTCSeconds(),
  ).getTime();
}
