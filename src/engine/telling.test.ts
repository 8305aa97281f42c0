/** One message per attacker, and none lost: grouping and the outbox over a real store. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { removeFolder } from '../../test/labs/remove-folder.ts';
import { AppError, type Retry } from '../kit/errors.ts';
import { silentLog } from '../kit/log.ts';
import type { Level, StoredDetection } from '../model/detection.ts';
import type { Notifier } from '../notifiers/notifier.ts';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import type { QueuedAlert, Store } from '../store/store.ts';
import { createAlertOutbox } from './alert-outbox.ts';
import { createGrouping } from './grouping.ts';

let clock = 0;
const now = (): number => clock;

function detection(id: string, ip: string, level: Level = 'high'): StoredDetection {
  return {
    id,
    at: clock,
    rule: { id: 'r', title: 'R', level, tags: [], kind: 'sigma', action: 'ban', banSeconds: null },
    entity: { 'source.ip': ip },
    events: 5,
    evidence: [],
    facts: {},
    lines: [],
  };
}

function grouping(maxEntities = 1000) {
  return createGrouping({
    waitMs: 2000,
    quietMs: 3_600_000,
    maxEntities,
    notifiers: [
      { id: 'mail', minLevel: 'medium' },
      { id: 'pager', minLevel: 'critical' },
    ],
    host: 'web',
    now,
  });
}

beforeEach(() => {
  clock = 1_000_000;
});

describe('grouping', () => {
  it('tells detections about one attacker together, then only worse news, to those who want that level', () => {
    const group = grouping();
    group.add(detection('d1', '203.0.113.7', 'medium'), null, null);
    clock += 500;
    group.add(detection('d2', '203.0.113.7', 'high'), null, null);
    group.add(detection('d3', '203.0.113.8', 'high'), null, null);
    expect(group.due(clock)).toEqual([]);
    clock += 2000;
    const first = group.due(clock);
    expect(first.map((each) => [each.notifier, each.alert.entity, each.alert.items.length])).toEqual([
      ['mail', '203.0.113.7', 2],
      ['mail', '203.0.113.8', 1],
    ]);
    expect(first[0]!.alert.level).toBe('high');

    group.add(detection('d4', '203.0.113.7', 'high'), null, null);
    group.add(detection('d5', '203.0.113.7', 'critical'), null, null);
    clock += 2000;
    const second = group.due(clock);
    expect(second.map((each) => each.notifier)).toEqual(['mail', 'pager']);
    expect(second[0]!.alert.items.map((item) => item.detection)).toEqual(['d5']);
    clock += 3_600_001;
    group.add(detection('d6', '203.0.113.7', 'high'), null, null);
    clock += 2000;
    expect(group.due(clock)).toHaveLength(1);
  });

  it('goes on after a restart: an open group is told, a told one stays quiet', () => {
    const before = grouping();
    before.add(detection('d1', '203.0.113.7'), null, null);
    clock += 2000;
    const [told] = before.due(clock);
    before.add(detection('d2', '203.0.113.9'), null, null);
    const kept = before.drainDirty().flatMap(({ key, value }) => (value === null ? [] : [{ key, value }]));
    const after = grouping();
    after.restore(kept);
    after.add(detection('d3', '203.0.113.7'), null, null);
    clock += 2000;
    const due = after.due(clock);
    expect(due.map((each) => each.alert.entity)).toEqual(['203.0.113.9']);
    expect(due[0]!.alert.id).not.toBe(told!.alert.id);
  });

  it('folds what is more than a message holds, and stays within its bound', () => {
    const group = grouping(100);
    for (let i = 0; i < 20; i++) group.add(detection(`d${i}`, '203.0.113.7'), null, null);
    for (let i = 0; i < 5000; i++) group.add(detection(`e${i}`, `198.51.${i >> 8}.${i & 255}`), null, null);
    clock += 2000;
    const due = group.due(clock);
    expect(due).toHaveLength(100);
    expect(due[0]!.alert.items.length + due[0]!.alert.more).toBe(20);
  });
});

describe('outbox', () => {
  let folder: string;
  let store: Store;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'bekci-outbox-'));
    store = openStore(join(folder, 'bekci.db'));
  });
  afterEach(() => {
    store.close();
    removeFolder(folder);
  });

  function queue(id: string, ...notifiers: string[]): void {
    const group = grouping();
    group.add(detection(id, '203.0.113.7'), null, null);
    const [made] = group.due(clock + 2000) as [QueuedAlert];
    store.commit({
      detections: [],
      decisions: [],
      refusals: [],
      alerts: notifiers.map((notifier) => ({ ...made, id, notifier, nextAt: clock })),
      checkpoints: new Map(),
      state: new Map(),
    });
  }

  function notifier(id: string, answer: () => Retry | null, sent: string[]): Notifier {
    return {
      id,
      check: async () => null,
      async send(alert) {
        const retry = answer();
        if (retry !== null) throw new AppError('TEST', { message: `${id} is down`, retry });
        sent.push(`${id}:${alert.items[0]!.detection}`);
      },
      close: async () => {},
    };
  }

  const outboxOf = (...notifiers: Notifier[]) => createAlertOutbox({ notifiers, store, log: silentLog, now });

  it('lets no dead notifier stand in the way, waits longer each time, and sends in the end, once', async () => {
    const sent: string[] = [];
    let dead = true;
    const outbox = outboxOf(
      notifier('dead', () => (dead ? 'soon' : null), sent),
      notifier('alive', () => null, sent),
    );
    queue('d1', 'dead', 'alive');
    await outbox.drain();
    expect(sent).toEqual(['alive:d1']);
    expect(outbox.problems().get('dead')).toBe('dead is down');
    await outbox.drain();
    expect(outbox.totals).toEqual({ sent: 1, failed: 1 });
    clock += 5000;
    await outbox.drain();
    clock += 5000;
    await outbox.drain();
    expect(outbox.totals.failed).toBe(2);
    dead = false;
    clock += 5000;
    await outbox.drain();
    expect(sent).toEqual(['alive:d1', 'dead:d1']);
    expect(outbox.problems().size).toBe(0);
    clock += 86_400_000;
    await outbox.drain();
    expect(sent).toHaveLength(2);
  });

  it('gives up what can never be sent, and shows it; another process goes on with the rest', async () => {
    const sent: string[] = [];
    queue('d1', 'gone', 'never');
    queue('d2', 'later');
    await outboxOf(
      notifier('never', () => 'no', sent),
      notifier('later', () => ({ afterMs: 60_000 }), sent),
    ).drain();
    expect(store.counts()).toMatchObject({ alertsWaiting: 1, alertsDead: 2 });
    store.close();
    store = openStore(join(folder, 'bekci.db'));
    clock += 60_000;
    await outboxOf(notifier('later', () => null, sent)).drain();
    expect(sent).toEqual(['later:d2']);
    expect(store.counts().alertsWaiting).toBe(0);
  });
});
