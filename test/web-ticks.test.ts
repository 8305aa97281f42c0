/** The times below the dashboard's charts are round on the viewer's clock. */
import { afterEach, describe, expect, it } from 'vitest';
import { roundTimes } from '../web/src/parts/ticks.ts';

const HOUR = 3_600_000;
const zone = process.env.TZ;
const clock = (at: number): string => {
  const date = new Date(at);
  return [date.getHours(), date.getMinutes()].map((n) => String(n).padStart(2, '0')).join(':');
};

describe('times of an axis', () => {
  afterEach(() => {
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  });
  it.each([
    ['Europe/Istanbul', '2026-11-25T08:15:00Z', 24, ['12:00', '18:00', '00:00', '06:00']],
    ['Asia/Kolkata', '2026-11-26T07:20:00Z', 1, ['12:50', '13:00', '13:10', '13:20', '13:30', '13:40', '13:50']],
    // The clock goes back at three.
    ['Europe/Berlin', '2026-10-24T21:30:00Z', 24, ['00:00', '06:00', '12:00', '18:00']],
    ['UTC', '2026-11-20T10:00:00Z', 7 * 24, ['00:00', '00:00', '00:00', '00:00']],
  ])('%s from %s over %i h', (where, from, hours, expected) => {
    process.env.TZ = where;
    const { times } = roundTimes(Date.parse(from), hours * HOUR, 6);
    expect(times.map(clock)).toEqual(expected);
    expect(times.every((at) => at >= Date.parse(from) && at <= Date.parse(from) + hours * HOUR)).toBe(true);
  });
  it('gives no more than asked for, however long the stretch', () => {
    for (const hours of [1, 5, 24, 100, 1000, 20_000])
      expect(roundTimes(Date.parse('2026-11-26T07:20:00Z'), hours * HOUR, 7).times.length).toBeLessThanOrEqual(8);
  });
});
