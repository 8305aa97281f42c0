/** The forest isolates what is strange; the detector learns, keeps its budget, survives a restart, and is not taught by accused lines. */
import { expect, it } from 'vitest';
import type { Detection } from '../../model/detection.ts';
import { type LogEvent, NO_FIELDS } from '../../model/log-event.ts';
import { type AnomalyDetector, createAnomalyDetector } from './anomaly-detector.ts';
import { countLine, FEATURES, rowOf } from './line-features.ts';
import { IsolationForest } from './models/isolation-forest.ts';
import { averagePath } from './models/isolation-path.ts';
import { createRandom } from './models/random.ts';
import { anomalySettings } from './settings.ts';

const KIND = { product: 'linux', service: 'syslog', category: null };
const START = Date.parse('2026-11-24T00:00:00Z');

function event(message: string, time = START): LogEvent {
  return { time, kind: KIND, host: 'web', program: 'app', pid: 1, message, repeat: 1, fields: NO_FIELDS };
}

function feed(detector: AnomalyDetector, message: string, time = START, out: Detection[] = []): Detection[] {
  detector.detect(event(message, time), { source: 's', generation: 'g', offset: 0, text: message }, out);
  return out;
}

function learned(): AnomalyDetector {
  const detector = createAnomalyDetector(anomalySettings.parse({ learn_lines: 1024 }));
  for (let n = 0; n < 3000; n++) feed(detector, `worker ${n % 97} finished job ${100_000 + n * 31} in ${n % 500} ms`);
  return detector;
}

it('knows the paper’s c(n)', () => {
  expect([averagePath(1), averagePath(2)]).toEqual([0, 1]);
  expect(averagePath(256)).toBeCloseTo(10.244, 2);
});

it('scores far points higher, the same for the same seed, also after JSON, and names the feature', () => {
  const random = createRandom(3);
  const rows = new Float64Array(2000).map(() => random());
  const forest = IsolationForest.fit(rows, 2, { seed: 7 });
  const [inside, outside] = [forest.scoreOne([0.5, 0.5]), forest.scoreOne([0.5, 9])];
  expect(outside).toBeGreaterThan(inside + 0.08);
  expect(IsolationForest.fit(rows, 2, { seed: 7 }).scoreOne([0.5, 9])).toBe(outside);
  expect(IsolationForest.fromJSON(JSON.parse(JSON.stringify(forest))).scoreOne([0.5, 9])).toBe(outside);
  const shares = forest.explain([0.5, 9]);
  expect(shares[1]).toBeGreaterThan(shares[0]!);
  expect(shares[0]! + shares[1]!).toBeCloseTo(1, 9);
  expect([...forest.score(Float64Array.from([0.5, 0.5, 0.5, 9]))]).toEqual([inside, outside]);
});

it('copes with constant features and a single row', () => {
  expect(IsolationForest.fit(new Float64Array(20), 2).scoreOne([0, 0])).toBeGreaterThan(0);
  expect(IsolationForest.fit(Float64Array.from([1, 2]), 2).scoreOne([1, 2])).toBeGreaterThan(0);
  expect(() => IsolationForest.fit(new Float64Array(0), 2)).toThrow(RangeError);
});

it('counts length, digits and letters', () => {
  const row = new Float64Array(FEATURES.length);
  rowOf(countLine('ab 12 ü'), row);
  expect([...row.slice(0, 4)]).toEqual([7, 2, 2, 3]);
});

it('is silent while learning, speaks about an unusual line, and stays silent about usual ones', () => {
  const young = createAnomalyDetector(anomalySettings.parse({}));
  expect(feed(young, 'x'.repeat(5000))).toEqual([]);
  const detector = learned();
  expect(feed(detector, 'worker 12 finished job 103131 in 77 ms')).toEqual([]);
  const [found] = feed(detector, `${'A'.repeat(900)} ${'9'.repeat(900)}`);
  expect(found?.rule).toMatchObject({ kind: 'anomaly', action: 'alert' });
  expect(found?.facts.feature).toBeDefined();
});

it('tells of the same kind of line only while it is rare', () => {
  const detector = learned();
  let found = 0;
  for (let n = 0; n < 200; n++) found += feed(detector, 'Q'.repeat(2000 + n * 7), START + n * 1000).length;
  expect(found).toBe(1);
});

it('does not learn from accused lines and goes on after a restart', () => {
  const detector = learned();
  const accused = { rule: { id: 'r' }, entity: {} } as Detection;
  for (let n = 0; n < 5000; n++) feed(detector, 'Z'.repeat(3000), START, [accused]);
  expect(feed(detector, 'Z'.repeat(3000))).toHaveLength(1);
  const entries = learned().drainDirty();
  const again = createAnomalyDetector(anomalySettings.parse({ learn_lines: 1024 }));
  again.restore(entries.flatMap((entry) => (entry.value === null ? [] : [{ key: entry.key, value: entry.value }])));
  expect(feed(again, 'Z'.repeat(3000))).toHaveLength(1);
});

it('still finds an address whose lines grow by a tenth an hour for two days', () => {
  const detector = createAnomalyDetector(anomalySettings.parse({ learn_lines: 1024, lines_per_source: 20 }));
  const say = (message: string, ip: string, time: number): Detection[] => {
    const out: Detection[] = [];
    const line = { ...event(message, time), fields: { 'source.ip': ip } };
    detector.detect(line, { source: 's', generation: 'g', offset: 0, text: message }, out);
    return out;
  };
  for (let n = 0; n < 3000; n++) say(`worker ${n % 97} finished job ${n * 31}`, `192.0.2.${n % 250}`, START + n * 1000);
  let found = 0;
  // Two days in which his lines grow by a tenth an hour, a thousand of them each hour, beside the usual ones.
  for (let hour = 1; hour <= 48; hour++)
    for (let n = 0; n < 1000; n++) {
      const time = START + hour * 3_600_000 + n * 3000;
      say(`worker ${n % 97} finished job ${n * 31}`, `192.0.2.${n % 250}`, time);
      found += say('A'.repeat(Math.round(30 * 1.1 ** hour)), '203.0.113.9', time + 1).length;
    }
  expect(found).toBeGreaterThan(0);
});

it('counts a long line, and one in any writing, as its characters say', () => {
  const row = new Float64Array(FEATURES.length);
  for (const text of [
    '',
    'şifre 42 yanlış',
    '登录失败 7 次',
    '\ud83d a\u0141 1',
    `${'a1'.repeat(700)}ş`,
    'ü'.repeat(2000),
    'x'.repeat(70_000),
  ]) {
    rowOf(countLine(text), row);
    const looked = text.slice(0, 1024);
    const digits = looked.match(/[0-9]/g)?.length ?? 0;
    const letters = looked.match(/[A-Za-z]/g)?.length ?? 0;
    expect([...row.slice(0, 3)], text.slice(0, 20)).toEqual([Math.min(text.length, 65_535), digits, letters]);
  }
});
