/** Lengths of time as people write them: `10m`, `4h`, `1d12h`. */
import { z } from 'zod';

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds, or null when the text is no duration. A bare number means seconds. */
export function parseDuration(text: string): number | null {
  const trimmed = text.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed);
  if (!/^(?:\d{1,6}[smhdw])+$/.test(trimmed)) return null;
  let seconds = 0;
  for (const [, count, unit] of trimmed.matchAll(/(\d+)([smhdw])/g)) seconds += Number(count) * UNITS[unit!]!;
  return seconds;
}

/** The shortest exact writing: `10m`, `1d12h`. */
export function formatDuration(seconds: number): string {
  let left = Math.max(0, Math.round(seconds));
  let out = '';
  for (const unit of ['d', 'h', 'm', 's'] as const) {
    const count = Math.floor(left / UNITS[unit]!);
    if (count > 0) out += `${count}${unit}`;
    left -= count * UNITS[unit]!;
  }
  return out === '' ? '0s' : out;
}

/** A setting that is a duration; parsed to seconds. */
export const durationSetting = z
  .union([z.string(), z.number().nonnegative()])
  .refine((value) => typeof value === 'number' || parseDuration(value) !== null, {
    message: 'write a number and s, m, h, d or w, e.g. 10m',
  })
  .transform((value) => (typeof value === 'number' ? value : parseDuration(value)!));
