/** Hysteresis: told once when it lasts, once when it is over, never again after a restart. */
import { expect, it } from 'vitest';
import type { AlarmCause } from '../model/alarm.ts';
import { createRaise } from './raise.ts';
import { alarmSettings } from './settings.ts';

const settings = alarmSettings.parse({});
const store: AlarmCause = { code: 'store', subject: '', values: { detail: 'full' } };
const skew: AlarmCause = { code: 'skew', subject: 's', values: {} };
const S = 1000;

it('raises after a while, once, and clears after a while, once', () => {
  const raise = createRaise(settings);
  const told: string[] = [];
  const at = (seconds: number, ...causes: AlarmCause[]): void => {
    const news = raise.update(causes, seconds * S, seconds * S);
    for (const each of news.raised) told.push(`${seconds} +${each.code}`);
    for (const each of news.cleared) told.push(`${seconds} -${each.code} ${each.seconds}`);
  };
  at(0, store, skew);
  at(59, store, skew);
  at(60, store, skew);
  at(65, store, skew);
  at(599, store, skew);
  at(600, store, skew);
  at(605, skew);
  // Back within five minutes: it was never over.
  at(800, store, skew);
  at(1099, skew);
  at(1100, skew);
  expect(told).toEqual(['60 +store', '600 +skew', '1100 -store 1040']);
  expect(raise.raised().map((each) => each.code)).toEqual(['skew']);
});

it('forgets what passes before it is told', () => {
  const raise = createRaise(settings);
  expect(raise.update([store], 0, 0).raised).toEqual([]);
  expect(raise.update([], 30 * S, 30 * S)).toEqual({ raised: [], cleared: [] });
  expect(raise.update([store], 61 * S, 61 * S).raised).toEqual([]);
});

it('repeats nothing after a restart, and still says when it is over', () => {
  const before = createRaise(settings);
  before.update([store], 0, 5);
  expect(before.update([store], 60 * S, 60_005).raised).toHaveLength(1);
  const kept = before.drainDirty().map(({ key, value }) => ({ key, value: value! }));
  expect(before.drainDirty()).toEqual([]);
  const after = createRaise(settings);
  // The steady clock of another run begins anywhere.
  after.restore(kept, 9_000 * S);
  expect(after.update([store], 9_001 * S, 70_000)).toEqual({ raised: [], cleared: [] });
  expect(after.update([], 9_400 * S, 470_005).cleared).toMatchObject([{ code: 'store', seconds: 410 }]);
  expect(after.drainDirty()).toEqual([{ key: 'raised:store ', value: null }]);
});

it('holds at most five hundred', () => {
  const raise = createRaise(settings);
  const many = Array.from({ length: 700 }, (_, n): AlarmCause => ({ code: 'silent', subject: `s${n}`, values: {} }));
  expect(raise.update(many, 0, 0).raised).toHaveLength(500);
});
