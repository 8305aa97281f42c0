/** What is kept for the API beside the detections: episodes, states, and what an older version left. */
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { removeFolder } from '../../../../test/labs/remove-folder.ts';
import type { Level, StoredDetection } from '../../../model/detection.ts';
import type { ApiStore } from '../../api-store.ts';
import type { Store } from '../../store.ts';
import { openStore } from '../sqlite-store.ts';
import { openApiStore } from './api-store.ts';

const HOUR = 3_600_000;
const T = Date.parse('2026-11-24T00:30:00Z');
let folder: string;
let store: Store;
let api: ApiStore;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-keep-'));
  store = openStore(join(folder, 'bekci.db'));
  api = openApiStore(join(folder, 'bekci.db'));
});
afterEach(() => {
  api.close();
  store.close();
  removeFolder(folder);
});

function detection(id: string, at: number, level: Level = 'medium', rule = 'r1'): StoredDetection {
  return {
    id,
    at,
    rule: {
      id: rule,
      title: `Title of ${rule}`,
      level,
      tags: ['attack.t1110'],
      kind: 'sigma',
      action: 'ban',
      banSeconds: null,
    },
    entity: { 'source.ip': '203.0.113.7', 'user.name': 'root' },
    events: 3,
    evidence: [{ source: 'file:/var/log/auth.log', generation: 'g', offset: at }],
    facts: {},
    lines: ['a line'],
  };
}

function commit(...detections: StoredDetection[]): void {
  store.commit({ detections, decisions: [], refusals: [], alerts: [], checkpoints: new Map(), state: new Map() });
}

const alerts = () => api.alerts({}, { limit: 10 }).items;

it('makes one alert an episode, in one commit or in many, and counts nothing twice', () => {
  commit(detection('a', T), detection('b', T + HOUR, 'high', 'r2'), detection('c', T + 10 * HOUR));
  commit(detection('a', T), detection('d', T + 11 * HOUR));
  expect(alerts().map((each) => [each.firstAt, each.lastAt, each.detections, each.events, each.level])).toEqual([
    [T + 10 * HOUR, T + 11 * HOUR, 2, 6, 'medium'],
    [T, T + HOUR, 2, 6, 'high'],
  ]);
  expect(alerts()[1]?.rules.map((rule) => [rule.id, rule.count])).toEqual([
    ['r2', 1],
    ['r1', 1],
  ]);
  expect(api.entity('203.0.113.7')).toMatchObject({ detections: 4, alerts: 2, level: 'high', firstAt: T });
  expect(api.ruleHits().get('r1')).toEqual({ hits: 3, lastAt: T + 11 * HOUR });
  expect(api.alertCounts().new).toBe(2);
  for (const kind of ['entity', 'user', 'network', 'source'] as const)
    expect(api.top(kind, T, T + 12 * HOUR, 5)[0]?.count).toBe(4);
  const hours = api.buckets(T, T + 12 * HOUR, 3_600_000).map((each) => each.detections.medium + each.detections.high);
  expect(hours).toEqual([1, 1, 1, 1]);
});

it('opens again what was acknowledged and gets worse, or was muted and goes on', () => {
  commit(detection('a', T));
  const { id } = alerts()[0]!;
  const by = 'ayse';
  api.setAlertState([id], { state: 'acknowledged', until: null, note: 'seen', by });
  commit(detection('b', T + 1));
  expect(alerts()[0]?.state).toBe('acknowledged');
  commit(detection('c', T + 2, 'critical'));
  expect(alerts()[0]).toMatchObject({ state: 'new', note: 'seen', changedBy: by });
  api.setAlertState([id], { state: 'muted', until: T + 1000, note: null, by });
  commit(detection('d', T + 500));
  expect(alerts()[0]?.state).toBe('muted');
  commit(detection('e', T + 1000));
  expect(alerts()[0]?.state).toBe('new');
  expect(api.alertCounts()).toEqual({ new: 1, acknowledged: 0, muted: 0, normal: 0 });
});

it('opens as normal what a person called normal, for that rule alone', () => {
  commit(detection('a', T));
  api.setAlertState([alerts()[0]!.id], { state: 'normal', until: null, note: null, by: 'x' });
  commit(detection('b', T + 20 * HOUR));
  commit(detection('c', T + 40 * HOUR, 'medium', 'r2'));
  expect(alerts().map((each) => each.state)).toEqual(['new', 'normal', 'normal']);
});

it('takes in what an older version found', () => {
  const path = join(folder, 'older.db');
  const older = new DatabaseSync(path);
  older.exec(readFileSync(join(import.meta.dirname, '../migrations/001-init.sql'), 'utf8'));
  const { rule, entity, evidence } = detection('old', T);
  older
    .prepare(`INSERT INTO detections VALUES ('old', ?, 'r1', ?, 'medium', ?, '203.0.113.7', 3, ?, '{}', '[]')`)
    .run(T, JSON.stringify(rule), JSON.stringify(entity), JSON.stringify(evidence));
  older.exec('PRAGMA user_version = 1');
  older.close();
  openStore(path).close();
  openStore(path).close();
  const read = openApiStore(path);
  expect(read.alerts({}, { limit: 5 }).items).toMatchObject([{ entity: '203.0.113.7', detections: 1 }]);
  read.close();
});

it('forgets what is old', () => {
  commit(detection('a', T), detection('b', T + 100 * HOUR));
  api.prune(T + 50 * HOUR);
  expect(alerts().map((each) => each.firstAt)).toEqual([T + 100 * HOUR]);
  expect(api.alertCounts().new).toBe(1);
});
