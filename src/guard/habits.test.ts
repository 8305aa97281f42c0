/** What is usual is learned per source: nights and weekends are no silence, a changed format is a fall. */
import { expect, it } from 'vitest';
import type { SourceStatus } from '../engine/handle.ts';
import { createHabits, type HabitView } from './habits.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const source = (lines: number, decoded = lines, told = decoded): SourceStatus => ({
  ...{ id: 's', state: 'reading', lag: 0, rotations: 0, truncated: 0, problem: null, lines, decoded, told },
  ...{ lastEventAt: null, clockSkewMs: null, decodedShare: null, lagSeconds: 0, linesEver: lines },
});

it('knows nothing of silence before it watched for a day', () => {
  const habits = createHabits();
  let view: HabitView | null = null;
  for (let at = 0; at < 23 * HOUR; at += MINUTE) view = habits.look(source(at), at);
  expect(view!.usualSilence).toBeNull();
});

it('takes three times the longest silence of a week for unusual', () => {
  const habits = createHabits();
  let lines = 0;
  let view: HabitView | null = null;
  // A line a minute by day, none for eight hours of the night.
  for (let at = 0; at < 3 * 24 * HOUR; at += MINUTE) {
    if (at % (24 * HOUR) > 8 * HOUR) lines++;
    view = habits.look(source(lines), at);
  }
  expect(view!.usualSilence! / HOUR).toBeGreaterThan(24);
  expect(view!.usualSilence! / HOUR).toBeLessThan(25);
  const after = createHabits();
  after.restore(habits.entries().map(({ key, value }) => ({ key, value: value! })));
  expect(after.look(source(0), 12_345).usualSilence).toBe(view!.usualSilence);
  // A run begins with patience: what was silent before it is not known.
  expect(after.look(source(0), 12_345 + HOUR).silentFor).toBe(HOUR);
});

it('sees the share of understood lines fall, and takes long to find that usual', () => {
  const habits = createHabits();
  let lines = 0;
  let decoded = 0;
  let view: HabitView | null = null;
  const minutes = (count: number, share: number, from: number): number => {
    for (let n = 0; n < count; n++) {
      lines += 200;
      decoded += 200 * share;
      view = habits.look(source(lines, decoded), from + n * MINUTE);
    }
    return from + count * MINUTE;
  };
  const then = minutes(60, 0.9, 0);
  expect(view!.usualShare).toBeCloseTo(0.9, 2);
  minutes(5, 0.1, then);
  expect(view!.share).toBeCloseTo(0.1, 2);
  expect(view!.usualShare! * 0.5).toBeGreaterThan(0.3);
});

it('sees a format change inside an envelope that is still read', () => {
  const habits = createHabits();
  let [lines, told] = [0, 0];
  const minute = (n: number, share: number): HabitView => {
    lines += 200;
    told += 200 * share;
    return habits.look(source(lines, lines, told), n * MINUTE);
  };
  for (let n = 0; n < 30; n++) minute(n, 0.6);
  const fallen = minute(31, 0.02);
  expect(fallen.share).toBeCloseTo(0.02, 2);
  expect(fallen.usualShare).toBeCloseTo(0.6, 2);
});

it('does not miss what was always rare', () => {
  const habits = createHabits();
  for (let n = 0; n < 30; n++) habits.look(source(200 * n, 200 * n, 10 * n), n * MINUTE);
  expect(habits.look(source(200 * 30, 200 * 30, 10 * 29), 30 * MINUTE)).toMatchObject({ share: 1, usualShare: 1 });
});

it('says nothing of a share of few lines', () => {
  const habits = createHabits();
  for (let at = 0; at < 5 * MINUTE; at += MINUTE) habits.look(source(at / MINUTE, 0), at);
  expect(habits.look(source(6, 0), 6 * MINUTE)).toMatchObject({ share: null, usualShare: null });
});
