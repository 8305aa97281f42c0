/** A value counts once an hour, fades with its half-life, survives JSON; the table never grows. */
import { expect, it } from 'vitest';
import { RarityTable } from './rarity-table.ts';

it('counts a value once an hour and forgets', () => {
  const table = new RarityTable({ places: 64, halfLife: 10 });
  expect(table.touch(7, 100)).toBe(0);
  for (let n = 0; n < 50; n++) table.touch(7, 100);
  expect(table.count(7, 100)).toBe(1);
  expect(table.count(7, 110)).toBeCloseTo(0.5, 5);
  table.touch(7, 110);
  expect(table.count(7, 110)).toBeCloseTo(1.5, 5);
  // A clock set back neither adds nor fades.
  expect(table.touch(7, 105)).toBeCloseTo(1.5, 5);
  expect(table.forget(1000)).toBe(0);
});

it('stays as large as it is, the rarest giving way', () => {
  const table = new RarityTable({ places: 64 });
  for (let hour = 1; hour < 40; hour++) table.touch(123_456_789, hour);
  for (let key = 1; key < 100_000; key++) table.touch(key * 7919, 40);
  expect(table.size).toBeLessThanOrEqual(64);
  expect(table.count(123_456_789, 40)).toBeGreaterThan(20);
  const again = new RarityTable({ places: 64 });
  again.load(JSON.parse(JSON.stringify(table)));
  expect(again.count(123_456_789, 40)).toBe(table.count(123_456_789, 40));
});

it('keeps what it knows while it grows', () => {
  const table = new RarityTable({ places: 16_384 });
  for (let n = 1; n <= 4000; n++)
    for (let hour = 0; hour < 1 + (n % 3); hour++) table.touch(n * 7919 * 65_537, 100 + hour);
  expect(table.size).toBe(4000);
  for (let n = 1; n <= 4000; n++) expect(Math.round(table.count(n * 7919 * 65_537, 102))).toBe(1 + (n % 3));
});
