/** Never more than the cap on one day, each entity once, the last of it for the strangest. */
import { expect, it } from 'vitest';
import { DayBudget } from './day-budget.ts';
import { createRandom } from './models/random.ts';

const DAY = 86_400_000;

it('never exceeds the cap on any day, whatever comes', () => {
  const random = createRandom(5);
  for (const cap of [0, 1, 3, 5, 20]) {
    const budget = new DayBudget(cap);
    const told = new Map<number, number>();
    for (let n = 0; n < 20_000; n++) {
      // Time steps back now and then: an older day never gets a new budget.
      const time = DAY * 100 + n * 60_000 - (random() < 0.05 ? DAY : 0);
      if (!budget.allows(`e${Math.floor(random() * 500)}`, random() * 40, time)) continue;
      const day = Math.floor((DAY * 100 + n * 60_000) / DAY);
      told.set(day, (told.get(day) ?? 0) + 1);
    }
    for (const count of told.values()) expect(count).toBeLessThanOrEqual(cap);
    if (cap > 0) expect(told.size).toBe(14);
  }
});

it('tells of an entity once unless it grows stranger, and keeps the last for what is stranger than all', () => {
  const budget = new DayBudget(4);
  const at = DAY * 7;
  expect(budget.allows('a', 10, at)).toBe(true);
  expect(budget.allows('a', 11, at)).toBe(false);
  expect(budget.allows('a', 14, at)).toBe(true);
  expect(budget.allows('b', 9, at)).toBe(true);
  expect(budget.allows('c', 12, at)).toBe(false);
  expect(budget.allows('d', 15, at)).toBe(true);
  expect(budget.allows('e', 99, at)).toBe(false);
  const again = new DayBudget(4);
  again.load(JSON.parse(JSON.stringify(budget.save())));
  expect(again.allows('e', 99, at)).toBe(false);
  expect(again.allows('e', 99, at + DAY)).toBe(true);
});
