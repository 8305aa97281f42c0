/** Minutes pour into hours and hours into days; a set of places stays as large as it is; a clock set back a little changes nothing. */
import { expect, it } from 'vitest';
import { EntityTable } from './entity-table.ts';
import { newReading } from './read-tally.ts';
import { plainValue, WINDOW_FEATURES, WINDOW_WIDTH } from './window-features.ts';

const HOUR = 3_600_000;
const START = Date.parse('2026-11-02T00:00:00Z');

function tableOf(places = 16) {
  const ended: { name: string; level: number; row: Record<string, number> }[] = [];
  const table: EntityTable = new EntityTable(places, 3, (slot, level, over) => {
    if (!over) return;
    const values = new Float64Array(WINDOW_WIDTH);
    table.rowOf(slot, level, values);
    const row = Object.fromEntries(WINDOW_FEATURES.map((name, at) => [name, plainValue(name, values[at]!)]));
    ended.push({ name: table.names[slot]!, level, row });
  });
  const add = (name: string, time: number, thing: number, bytes = 0): void => {
    table.add(table.place(name, time), { ...newReading(), time, thing: Math.imul(thing, 0x9e3779b1) | 1, bytes });
  };
  return { table, ended, add };
}

it('counts minutes, hours and days', () => {
  const { table, ended, add } = tableOf();
  for (let n = 0; n < 60; n++) add('a', START + n * 60_000, n % 20, 1000);
  add('a', START + 30 * 60_000, 3);
  table.sweep(START + 25 * HOUR);
  const of = (level: number) => ended.filter((each) => each.level === level);
  expect([of(0).length, of(1).length, of(2).length]).toEqual([60, 1, 1]);
  expect(of(1)[0]!.row).toMatchObject({ events: 61, bytes: 60_000, hour: 0 });
  expect(of(1)[0]!.row.things).toBeGreaterThan(17);
  expect(of(1)[0]!.row.things).toBeLessThan(23);
  expect(of(2)[0]!.row.events).toBe(61);
});

it('holds no more entities than it has places, and forgets those quiet longest', () => {
  const { table, add } = tableOf(16);
  for (let n = 0; n < 500; n++) {
    add(`n${n}`, START + n * 1000, 1);
    add('busy', START + n * 1000, 1);
  }
  expect(table.size).toBe(16);
  expect(table.dropped).toBe(485);
  expect(table.find('busy')).toBeGreaterThanOrEqual(0);
});
