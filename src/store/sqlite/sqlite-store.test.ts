/** The store keeps what it was given, once, and all of a commit or none of it. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StoredDetection } from '../../model/detection.ts';
import type { Commit, DecisionRecord } from '../store.ts';
import { openStore } from './sqlite-store.ts';

const EMPTY: Commit = {
  detections: [],
  decisions: [],
  refusals: [],
  alerts: [],
  checkpoints: new Map(),
  state: new Map(),
};

function detection(id: string, ip: string): StoredDetection {
  return {
    id,
    at: 1000,
    rule: { id: 'r', title: 'R', level: 'high', tags: [], kind: 'sigma', action: 'ban', banSeconds: null },
    entity: { 'source.ip': ip },
    events: 5,
    evidence: [],
    facts: { threshold: 5 },
    lines: ['a line'],
  };
}

function decision(id: string, ip: string): DecisionRecord {
  return {
    id,
    action: 'ban',
    ip,
    at: 1000,
    seconds: 60,
    expiresAt: 61_000,
    origin: 'rule',
    rule: 'r',
    detection: 'd',
    reason: 'why',
    offence: 0,
    state: 'pending',
    error: null,
    attempts: 0,
  };
}

describe('sqlite store', () => {
  it('keeps a commit across a reopening and ignores the same id twice', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'bekci-store-')), 'bekci.db');
    const first = openStore(path);
    const change: Commit = {
      ...EMPTY,
      detections: [detection('d1', '203.0.113.7')],
      decisions: [decision('b1', '203.0.113.7')],
      checkpoints: new Map([['file:/x', { position: 12 }]]),
      state: new Map([
        [
          'sigma',
          [
            { key: 'k', value: 'v' },
            { key: 'gone', value: null },
          ],
        ],
      ]),
    };
    first.commit(change);
    first.commit(change);
    first.close();
    const again = openStore(path);
    expect(again.detections({})).toEqual([detection('d1', '203.0.113.7')]);
    expect(again.decisions({ entity: '203.0.113.7' })).toEqual([decision('b1', '203.0.113.7')]);
    expect(again.decisions({ activeAt: 60_999 })).toHaveLength(1);
    expect(again.decisions({ activeAt: 61_000 })).toHaveLength(0);
    expect(again.checkpoints()).toEqual(new Map([['file:/x', { position: 12 }]]));
    expect([...again.state('sigma')]).toEqual([{ key: 'k', value: 'v' }]);
    expect(again.priorBans('203.0.113.7', 0)).toBe(1);
    expect(again.priorBans('203.0.113.7', 1000)).toBe(0);
    again.close();
  });

  it('writes nothing of a commit that fails half-way', () => {
    const store = openStore(':memory:');
    const broken = { ...decision('b2', '203.0.113.8'), reason: null } as unknown as DecisionRecord;
    expect(() =>
      store.commit({ ...EMPTY, detections: [detection('d2', '203.0.113.8')], decisions: [broken] }),
    ).toThrow();
    const worse = { ...detection('d3', 'x'), at: Symbol('no') } as unknown as StoredDetection;
    expect(() => store.commit({ ...EMPTY, detections: [detection('d4', 'y'), worse] })).toThrow();
    expect(store.detections({}).map((d) => d.id)).toEqual([]);
    store.close();
  });

  it('says what to do when the file is no database', () => {
    const path = join(mkdtempSync(join(tmpdir(), 'bekci-store-')), 'bekci.db');
    writeFileSync(path, 'this is not a database at all, it is a sentence that goes on for a while');
    expect(() => openStore(path)).toThrow(/cannot open the store/);
  });
});
