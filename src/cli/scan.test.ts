/** What `scan` writes for every detection. */
import { expect, it } from 'vitest';
import { isoOf } from './scan.ts';

it('writes times as Date does', () => {
  const start = Date.parse('2026-02-28T23:58:57.000Z');
  for (let i = 0; i < 200_000; i += 50) expect(isoOf(start + i)).toBe(new Date(start + i).toISOString());
  for (const at of [0, 999, 59_999, 60_000, -1, Date.parse('1969-12-31T23:59:00.001Z'), 253_402_300_800_000, start])
    expect(isoOf(at)).toBe(new Date(at).toISOString());
  expect(() => isoOf(Number.NaN)).toThrow(RangeError);
});
