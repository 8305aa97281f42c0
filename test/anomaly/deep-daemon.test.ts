/** A daemon that learns the order of messages from the log on disk, trains in its thread, and tells of a session in an order never seen. */
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, it } from 'vitest';
import { configSchema } from '../../src/config/schema.ts';
import { startDaemon } from '../../src/daemon.ts';
import { silentLog } from '../../src/kit/log.ts';
import type { StoredDetection } from '../../src/model/detection.ts';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'bekci-deep-'));
afterAll(() => removeFolder(folder));

const path = join(folder, 'shop.log');
const MINUTE = 60_000;

function lines(time: number, pid: number, messages: readonly string[]): string {
  return messages
    .map((message, n) => `${new Date(time + n * 100).toISOString()} web shop[${pid}]: ${message}\n`)
    .join('');
}

function visit(n: number): string[] {
  const goods = Array.from({ length: 1 + (n % 3) }, (_, each) => `basket: article ${(n * 31 + each) % 900} put in`);
  const end = n % 4 === 0 ? ['basket given up'] : ['payment asked', 'payment confirmed', 'parcel sent'];
  return [`visit ${n} begins`, ...goods, ...end, 'visit ends'];
}

it('is found in a running daemon', { timeout: 240_000 }, async () => {
  const now = Date.now();
  // A visit every four minutes for thirty hours, the last an hour ago.
  const history = Array.from({ length: 450 }, (_, n) => lines(now - (31 * 60 - n * 4) * MINUTE, 1000 + n, visit(n)));
  writeFileSync(path, history.join(''));
  const found: StoredDetection[] = [];
  const daemon = await startDaemon({
    config: configSchema.parse({
      state_dir: join(folder, 'state'),
      sources: [{ type: 'file', path, from: 'end' }],
      anomaly: { sequences: true, alerts_per_day: 20 },
      http: { enabled: false },
      canary: { enabled: false },
    }),
    log: silentLog,
    onDetection: (detection) => void found.push(detection),
  });
  const odd = () => found.find((each) => each.rule.id === 'bekci-unusual-session');
  // The thread trains once the first lines came; sessions that began before that are not judged.
  for (let n = 0; n < 400 && odd() === undefined; n++) {
    if (n % 4 === 0) {
      appendFileSync(path, lines(Date.now(), 5000 + n, visit(n)));
      appendFileSync(path, lines(Date.now(), 9000 + n, ['visit 7 begins', 'basket: article 4 put in', 'parcel sent']));
    }
    await sleep(500);
  }
  await daemon.stop();
  expect(odd()?.facts).toMatchObject({ way: 'next', program: 'shop', next: 'parcel sent' });
  expect(odd()?.lines[0]).toContain('parcel sent');
  expect(odd()?.rule.action).toBe('alert');
});

it('keeps at a stop what its thread learned', { timeout: 120_000 }, async () => {
  const log = join(folder, 'shop2.log');
  const begin = Date.now() - 7_200_000;
  writeFileSync(log, Array.from({ length: 60 }, (_, n) => lines(begin + n * MINUTE, 1000 + n, visit(n))).join(''));
  const daemon = await startDaemon({
    config: configSchema.parse({
      state_dir: join(folder, 'state2'),
      sources: [{ type: 'file', path: log, from: 'start' }],
      anomaly: { sequences: true, learn_from_history: false },
      http: { enabled: false },
      canary: { enabled: false },
    }),
    log: silentLog,
  });
  const all = readFileSync(log, 'utf8').split('\n').length - 1;
  for (let n = 0; n < 200 && daemon.handle.status().lines < all; n++) await sleep(100);
  await daemon.stop();
  const store = openStore(join(folder, 'state2', 'bekci.db'), { readOnly: true });
  const kept = [...store.state('detect')].find(({ key }) => key.endsWith('sequence'));
  store.close();
  const saved = JSON.parse(kept?.value ?? '{}') as { programs?: { seen: number }[] };
  // Sessions end after ten silent minutes, and a program without addresses teaches twenty an hour.
  expect(saved.programs?.[0]?.seen).toBeGreaterThanOrEqual(20);
});
