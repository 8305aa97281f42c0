/** Ways back: once, for a minute, and not without end. */
import { expect, it } from 'vitest';
import { createUndo, UNDO_MS } from './undo.ts';

it('goes back once, within a minute', () => {
  let now = 1_000;
  const undo = createUndo(() => now);
  const first = undo.add(() => 3);
  expect(first.undoUntil).toBe(now + UNDO_MS);
  now += UNDO_MS - 1;
  expect(undo.take(first.undo)).toBe(3);
  expect(undo.take(first.undo)).toBeNull();
  const late = undo.add(() => 1);
  now += UNDO_MS;
  expect(undo.take(late.undo)).toBeNull();
});

it('keeps the newest five hundred', () => {
  const undo = createUndo(() => 0);
  const all = Array.from({ length: 600 }, (_, n) => undo.add(() => n).undo);
  expect(undo.take(all[0]!)).toBeNull();
  expect(undo.take(all[599]!)).toBe(599);
  expect(all.filter((token) => undo.take(token) !== null).length).toBeLessThanOrEqual(499);
});
