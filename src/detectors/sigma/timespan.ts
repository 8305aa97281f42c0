/** Sigma's time spans. */
import { type ErrorPlace, fail } from '../../kit/errors.ts';

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
};

/** Sigma timespan (`10m`, `24h`) in ms. */
export function parseTimespan(value: unknown, at: () => ErrorPlace): number {
  const found = typeof value === 'string' ? /^(\d{1,6})([smhdwMy])$/.exec(value.trim()) : null;
  if (found === null)
    return fail('SIGMA_TIMESPAN', {
      message: `\`${String(value)}\` is no time span`,
      hint: 'write a number and s, m, h, d, w, M or y: 10m',
      at: at(),
    });
  return Number(found[1]) * UNITS[found[2]!]!;
}
