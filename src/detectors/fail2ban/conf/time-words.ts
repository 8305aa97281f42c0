/** Lengths of time as fail2ban writes them: `600`, `10m`, `1d12h`, `1 hour 30 min`, `-1` (jail.conf(5), "TIME ABBREVIATION FORMAT"). */

const DAY = 86_400;
const YEAR = 365.25 * DAY;

const UNITS: readonly (readonly [RegExp, number])[] = [
  [/^(?:seconds?|secs?|ss?)$/, 1],
  [/^(?:minutes?|mins?|mm?)$/, 60],
  [/^(?:hours?|hou|hh?)$/, 3600],
  [/^(?:days?|da|dd?)$/, DAY],
  [/^(?:weeks?|wee?|ww?)$/, 7 * DAY],
  [/^(?:months?|mon?)$/, YEAR / 12],
  [/^(?:years?|yea?|yy?)$/, YEAR],
];

/** Seconds, or null for what is no length of time. Negative ones mean "for ever" in a bantime. */
export function readTime(text: string): number | null {
  const parts = [...text.toLowerCase().matchAll(/([+-]?)\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text.toLowerCase().trimStart()) return null;
  let seconds = 0;
  for (const [, sign, count, unit] of parts) {
    const factor = unit === '' ? 1 : UNITS.find(([pattern]) => pattern.test(unit!))?.[1];
    if (factor === undefined) return null;
    seconds += (sign === '-' ? -1 : 1) * Number(count) * factor;
  }
  return Math.round(seconds);
}
