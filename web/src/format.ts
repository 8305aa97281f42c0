/** Numbers, times and durations as the viewer's language writes them. */
import { useEffect, useState } from 'react';
import type { Language } from './settings.ts';

const locale = (language: Language): string => (language === 'tr' ? 'tr-TR' : 'en-GB');

/** Each way of writing is made once: to make one takes a hundred times as long as to write with it, and a list writes many. */
const made = new Map<string, unknown>();
function once<T>(name: string, language: Language, options: object, make: (locale: string) => T): T {
  const key = `${name} ${language} ${JSON.stringify(options)}`;
  let found = made.get(key) as T | undefined;
  if (found === undefined) {
    found = make(locale(language));
    made.set(key, found);
  }
  return found;
}
function written(value: number, language: Language, options: Intl.NumberFormatOptions): string {
  return once('number', language, options, (at) => new Intl.NumberFormat(at, options)).format(value);
}
function dated(at: number, language: Language, options: Intl.DateTimeFormatOptions): string {
  return once('date', language, options, (where) => new Intl.DateTimeFormat(where, options)).format(at);
}

/** A whole number or one decimal below ten. */
export function numberText(value: number, language: Language): string {
  return written(value, language, { maximumFractionDigits: Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0 });
}

/** A number for narrow places: "1.2M" from a hundred thousand on. */
export function shortNumberText(value: number, language: Language): string {
  if (value < 100_000) return numberText(value, language);
  return written(value, language, { notation: 'compact', maximumFractionDigits: 1 });
}

/** A number with so many decimals, always. */
export function exactNumberText(value: number, digits: number, language: Language): string {
  return written(value, language, { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

/** A share as percent. */
export function shareText(share: number, language: Language): string {
  return written(share, language, { style: 'percent', maximumFractionDigits: share > 0.99 ? 1 : 0 });
}

/** Date and time to the second with the zone's name, in the viewer's zone unless another is named. */
export function exactText(at: number, language: Language, timeZone?: string): string {
  const zone = timeZone === undefined ? {} : { timeZone };
  return dated(at, language, { dateStyle: 'medium', timeStyle: 'long', ...zone });
}

/** The day alone. */
export function dateText(at: number, language: Language): string {
  return dated(at, language, { dateStyle: 'medium' });
}

/** Hour and minute, with the day when the stretch is longer than one. */
export function tickText(at: number, spanMs: number, language: Language): string {
  const day = spanMs > 86_400_000 * 1.5;
  return dated(
    at,
    language,
    day
      ? { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }
      : { hour: '2-digit', minute: '2-digit' },
  );
}

/** A round time below a chart: the hour, at midnight the day. */
export function axisText(at: number, stepMs: number, language: Language): string {
  const date = new Date(at);
  const midnight = date.getHours() === 0 && date.getMinutes() === 0;
  return dated(
    at,
    language,
    midnight || stepMs >= 86_400_000 ? { day: 'numeric', month: 'short' } : { hour: '2-digit', minute: '2-digit' },
  );
}

const STEPS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const;

/** "4 minutes ago". */
export function agoText(at: number, now: number, language: Language): string {
  const seconds = Math.round((at - now) / 1000);
  const [unit, size] = STEPS.find(([, each]) => Math.abs(seconds) >= each) ?? STEPS[3];
  const options = { numeric: 'auto', style: 'short' } as const;
  const format = once('ago', language, options, (where) => new Intl.RelativeTimeFormat(where, options));
  return format.format(Math.trunc(seconds / size), unit);
}

/** "3 h 12 min": the two largest units of a duration in seconds. */
export function spanText(seconds: number, language: Language): string {
  const whole = Math.max(0, Math.round(seconds));
  const at = STEPS.findIndex(([, size]) => whole >= size);
  if (at < 0) return unitText(0, 'second', language);
  const [unit, size] = STEPS[at]!;
  const next = STEPS[at + 1];
  const first = unitText(Math.floor(whole / size), unit, language);
  const rest = next === undefined ? 0 : Math.floor((whole % size) / next[1]);
  return next === undefined || rest === 0 ? first : `${first} ${unitText(rest, next[0], language)}`;
}

function unitText(value: number, unit: string, language: Language): string {
  return written(value, language, { style: 'unit', unit, unitDisplay: 'short' });
}

/** The time, renewed every `ms`. */
export function useNow(ms: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), ms);
    return () => window.clearInterval(timer);
  }, [ms]);
  return now;
}
