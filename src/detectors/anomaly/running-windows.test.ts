/** Windows that ran when it was stopped go on where they were, once, and an accused address stays so. */
import { expect, it } from 'vitest';
import type { Detection } from '../../model/detection.ts';
import type { LogEvent } from '../../model/log-event.ts';
import { type AnomalyDetector, createAnomalyDetector } from './anomaly-detector.ts';
import { EntityTable } from './entity-table.ts';
import { newReading } from './read-tally.ts';
import { loadRunning, saveRunning } from './running-windows.ts';
import { anomalySettings } from './settings.ts';
import { WINDOW_WIDTH } from './window-features.ts';

const NOON = Date.parse('2026-11-24T12:00:00Z');
const MINUTE = 60_000;

function count(table: EntityTable, name: string, from: number, lines: number): void {
  const slot = table.place(name, from);
  for (let n = 0; n < lines; n++)
    table.add(slot, {
      ...newReading(),
      time: from + n * MINUTE,
      thing: n * 7919 + 1,
      bytes: 1000,
      origin: { source: 's', generation: 'g' },
      offset: n,
    });
}

/** Rows of hours that ended. */
function tableOf(rows: number[][]): EntityTable {
  const table: EntityTable = new EntityTable(16, 3, (slot, level, ended) => {
    const row = new Float64Array(WINDOW_WIDTH);
    table.rowOf(slot, level, row);
    if (ended && level === 1) rows.push([...row]);
  });
  return table;
}

it('goes on as if it had never been stopped', () => {
  const [unbroken, broken]: number[][][] = [[], []];
  const one = tableOf(unbroken!);
  count(one, 'a', NOON, 40);
  const before = tableOf([]);
  count(before, 'a', NOON, 25);
  const after = tableOf(broken!);
  loadRunning(after, JSON.parse(JSON.stringify(saveRunning(before))));
  const slot = after.place('a', NOON);
  for (let n = 25; n < 40; n++)
    after.add(slot, {
      ...newReading(),
      time: NOON + n * MINUTE,
      thing: n * 7919 + 1,
      bytes: 1000,
      origin: { source: 's', generation: 'g' },
      offset: n,
    });
  for (const table of [one, after]) table.sweep(NOON + 70 * MINUTE);
  expect(broken).toEqual(unbroken);
  expect(unbroken).toHaveLength(1);
});

it('leaves out what does not fit', () => {
  const table = tableOf([]);
  loadRunning(table, [
    ['a', NOON, 0, 's', 'g', 1, 'AAAA AAAA'],
    ['b', Number.NaN, 0, 's', 'g', 1, ''],
  ]);
  expect(table.runningEvents(table.place('a', NOON))).toBe(0);
});

it('is kept by the detector for one start', () => {
  const say = (detector: AnomalyDetector, accuser: Detection[] = []): void => {
    const event: LogEvent = {
      ...{ time: NOON, kind: { product: null, service: null, category: null }, host: null, program: 'app', pid: 1 },
      ...{ message: 'hello', repeat: 1, fields: { 'source.ip': '192.0.2.1', 'event.action': 'x' } },
    };
    detector.detect(event, { source: 's', generation: 'g', offset: 0, text: '' }, accuser);
  };
  const saved = new Map<string, string>();
  const keep = (detector: AnomalyDetector): void => {
    for (const { key, value } of detector.drainDirty()) {
      if (value === null) saved.delete(key);
      else saved.set(key, value);
    }
  };
  const before = createAnomalyDetector(anomalySettings.parse({}));
  say(before);
  say(before, [{ rule: { id: 'r' }, entity: {} } as Detection]);
  keep(before);
  expect(saved.has('running address')).toBe(false);
  before.keepRunning();
  keep(before);
  const [kept] = JSON.parse(saved.get('running address')!) as [string, number, number][];
  expect(kept?.[0]).toBe('192.0.2.1');
  expect(kept?.[2]).toBeGreaterThan(NOON);
  const after = createAnomalyDetector(anomalySettings.parse({}));
  after.restore([...saved].map(([key, value]) => ({ key, value })));
  keep(after);
  expect(saved.has('running address')).toBe(false);
});

it('keeps all that was learned since the last save at a stop', () => {
  const detector = createAnomalyDetector(anomalySettings.parse({}));
  const say = (n: number): void => {
    const event: LogEvent = {
      ...{ time: NOON + n * 1000, kind: { product: null, service: null, category: null }, host: null, program: 'app' },
      ...{ pid: 1, message: `hello ${n}`, repeat: 1 },
      fields: {
        'source.ip': '192.0.2.1',
        'user.name': 'alice',
        'event.outcome': 'success',
        'event.category': 'session',
      },
    };
    detector.detect(event, { source: 's', generation: 'g', offset: n, text: '' }, []);
  };
  say(0);
  detector.drainDirty();
  say(1);
  const keys = (): string[] => detector.drainDirty().map(({ key }) => key);
  expect(keys()).not.toContain('habits');
  detector.keepRunning();
  expect(keys()).toEqual(expect.arrayContaining(['model app', 'clock', 'rates', 'habits', 'novelty', 'site']));
});
