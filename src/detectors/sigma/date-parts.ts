/** Sigma's time modifiers: a number taken out of a date, in UTC unless the text names its own zone. */
import type { ValueTest } from './compiled.ts';
import { compares } from './value-tests.ts';

const PARTS: Readonly<Record<string, (date: Date) => number>> = {
  minute: (date) => date.getUTCMinutes(),
  hour: (date) => date.getUTCHours(),
  day: (date) => date.getUTCDate(),
  week: isoWeek,
  month: (date) => date.getUTCMonth() + 1,
  year: (date) => date.getUTCFullYear(),
};

/** Tests one part of a date; `order` is a comparison or undefined for equality. */
export function datePartTest(part: string, wanted: number, order: string | undefined): ValueTest {
  const read = PARTS[part]!;
  return (actual) => {
    if (typeof actual !== 'number' && typeof actual !== 'string') return false;
    const date = new Date(typeof actual === 'number' ? actual : withZone(actual));
    if (Number.isNaN(date.getTime())) return false;
    return order === undefined ? read(date) === wanted : compares(read(date), wanted, order);
  };
}

/** `2026-11-24 03:00:00` has no zone: the specification converts none, so the written hour is the hour. */
function withZone(text: string): string {
  return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/.test(text) ? `${text.replace(' ', 'T')}Z` : text;
}

/** ISO 8601 week number. */
function isoWeek(date: Date): number {
  const day = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate()));
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7));
  return Math.ceil(((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / 86_400_000 + 1) / 7);
}
