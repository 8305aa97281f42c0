/** Minutes pour into hours and hours into days; a set of places stays as large as it is; a clock set back a little changes nothing. */
import { expect, it } from 'vitest';
import { EntityTable } from './entity-table.ts';
import { hashText } from './hash-text.ts';
import { createRandom } from './models/random.ts';
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

it('keeps those apart that share a bucket, and lets names made to share one push out only each other', () => {
  const { table, add } = tableOf(1024);
  for (let n = 0; n < 300; n++) add(`n${n}`, START + n, 1);
  const places = Array.from({ length: 300 }, (_, n) => table.find(`n${n}`));
  expect(new Set(places).size).toBe(300);
  expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
  const bucket = (name: string): number => hashText(name) >>> 22;
  const crowd = Array.from({ length: 60_000 }, (_, n) => `crowd${n}`).filter((name) => bucket(name) === 5);
  const others = Array.from({ length: 300 }, (_, n) => `n${n}`).filter((name) => bucket(name) !== 5);
  expect(crowd.length).toBeGreaterThan(40);
  for (const [n, name] of crowd.entries()) add(name, START + 1000 + n, 1);
  expect(crowd.filter((name) => table.find(name) >= 0)).toEqual(crowd.slice(-16));
  expect(others.every((name) => table.find(name) >= 0)).toBe(true);
});

it('gives a window the row that a plain count of its lines gives', () => {
  const random = createRandom(9);
  const lines = Array.from({ length: 200 }, (_, n) => ({
    ...newReading(),
    time: START + n * 250 + Math.floor(random() * 100),
    thing: Math.imul(1 + Math.floor(random() * 30), 0x9e3779b1) | 1,
    peer: Math.imul(1 + Math.floor(random() * 5), 0x85ebca6b) | 1,
    shape: Math.imul(1 + Math.floor(random() * 4), 0x2c1b3c6d),
    failed: random() < 0.2,
    status: [200, 404, 500][Math.floor(random() * 3)]!,
    bytes: Math.floor(random() * 5000),
    isNew: random() < 0.1,
  }));
  const row = new Float64Array(WINDOW_WIDTH);
  const table = new EntityTable(100, 3, () => {});
  // Others beside it, and the room enlarged under it.
  for (let n = 0; n < 70; n++) table.add(table.place(`other${n}`, START), { ...newReading(), time: START, thing: 77 });
  const slot = table.place('a', START);
  for (const line of lines) table.add(slot, line);
  table.rowOf(slot, 0, row);
  const count = (is: (line: (typeof lines)[0]) => boolean): number => lines.filter(is).length;
  const failures = count(({ failed }) => failed);
  const gaps = lines.map(({ time }, n) => (time - (lines[n - 1]?.time ?? START)) / 1000).filter((gap) => gap > 0);
  const mean = gaps.reduce((sum, each) => sum + each, 0) / gaps.length;
  const spread = Math.sqrt(gaps.reduce((sum, each) => sum + (each - mean) ** 2, 0) / gaps.length);
  const different = (of: (line: (typeof lines)[0]) => number, words: number): number => {
    const bits = new Set(lines.map((line) => ((of(line) >>> 5) % words) * 32 + ((of(line) >>> 13) % 32))).size;
    return -words * 32 * Math.log(1 - bits / (words * 32));
  };
  const kinds = Map.groupBy(lines, ({ shape }) => (shape >>> 4) & 7);
  const shares = [...kinds.values()].map((each) => each.length / lines.length);
  const expected = [
    Math.log2(201),
    Math.log2(1 + failures),
    failures / 205,
    Math.log2(1 + different(({ thing }) => thing, 8)),
    Math.log2(1 + different(({ peer }) => peer, 4)),
    0,
    Math.log2(1 + count(({ isNew }) => isNew)),
    Math.log2(1 + lines.reduce((sum, { bytes }) => sum + bytes, 0)),
    count(({ status }) => status === 404) / 205,
    count(({ status }) => status === 500) / 205,
    -shares.reduce((sum, each) => sum + each * Math.log2(each), 0) / 3,
    Math.max(0, 1 - spread / mean),
    0,
  ];
  for (const [at, value] of expected.entries()) expect(row[at], WINDOW_FEATURES[at]).toBeCloseTo(value, 9);
});
