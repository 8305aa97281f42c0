/** The canary in a real daemon: it comes through, leaves no trace, and names the link at which it stops. */
import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import type { Status } from '../../src/engine/handle.ts';
import { CANARY_RULE } from '../../src/guard/canary-rule.ts';
import { openApiStore } from '../../src/store/sqlite/api/api-store.ts';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { labProblem } from '../e2e/lab.ts';
import { firewallHelper } from '../labs/firewall-helper.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const problem = labProblem([]);
if (problem !== null) console.log(`skipped in part: the canary and a real firewall: ${problem}`);

interface Room {
  readonly folder: string;
  readonly log: string;
  readonly daemon: Daemon;
  status(): Status;
}

let room: Room | null = null;
afterEach(async () => {
  await room?.daemon.stop();
  if (room !== null) removeFolder(room.folder);
  room = null;
});

async function open(extra: string): Promise<Room> {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-canary-'));
  const log = join(folder, 'auth.log');
  writeFileSync(log, '');
  const text = `state_dir: ${folder}\nhttp: {listen: "127.0.0.1:0"}\ncanary: {every: 1s, within: 5s}\nsources: [{type: file, path: ${log}, from: start}]\n${extra}`;
  const daemon = await startDaemon({ config: parseConfig(text, 'canary.yaml'), log: () => {} });
  room = { folder, log, daemon, status: () => daemon.handle.status() };
  return room;
}

const flown = (at: Room, check: (canary: NonNullable<Status['canary']>) => void): Promise<void> =>
  expect
    .poll(() => at.status().canary?.lastRunAt ?? null, { timeout: 30_000 })
    .not.toBeNull()
    .then(() => check(at.status().canary!));

describe('while observing', () => {
  it('comes through to the store and leaves no trace', { timeout: 60_000 }, async () => {
    const at = await open('');
    await expect.poll(() => at.status().canary?.lastSuccessAt ?? null, { timeout: 30_000 }).not.toBeNull();
    const { canary, lines, decoded, detections, sources, healthy } = at.status();
    expect(canary).toMatchObject({ stoppedAt: null, failures: 0, problem: null, firewall: false });
    expect(canary!.latencyMs).toBeGreaterThan(0);
    expect({ lines, decoded, detections, healthy }).toEqual({ lines: 0, decoded: 0, detections: 0, healthy: true });
    expect(sources.map((each) => each.id)).not.toContain(`file:${join(at.folder, 'canary.log')}`);
    const page = await (await fetch(`http://${at.daemon.http}/metrics`)).text();
    expect(page).toMatch(/^bekci_canary_last_success_timestamp_seconds 1\d{9}(?:\.\d+)?$/m);
    expect(page).toMatch(/^bekci_canary_latency_seconds \d/m);
    expect(await (await fetch(`http://${at.daemon.http}/health`)).json()).toMatchObject({
      colour: 'green',
      canary: { stoppedAt: null },
    });
    await at.daemon.stop();
    const store = openStore(join(at.folder, 'bekci.db'), { readOnly: true });
    expect([store.detections({}), store.decisions({}), store.refusals({})]).toEqual([[], [], []]);
    store.close();
    const api = openApiStore(join(at.folder, 'bekci.db'));
    expect([api.alerts({}, { limit: 10 }).items, api.changeRange().last]).toEqual([[], 0]);
    api.close();
  });

  it('is not heard of from a log that somebody else writes', { timeout: 60_000 }, async () => {
    const at = await open('');
    appendFileSync(at.log, '2026-11-24T08:00:00.000Z web bekci[1]: canary from 100::1111:2222\n');
    appendFileSync(at.log, '2026-11-24T08:00:00.000Z web bekci[1]: canary from 203.0.113.7\n');
    await expect.poll(() => at.status().lines, { timeout: 30_000 }).toBe(2);
    expect(at.status()).toMatchObject({ detections: 0, activeDecisions: 0 });
  });

  it('stops at the rule when the rule is off', { timeout: 60_000 }, async () => {
    const at = await open(`rules: {overrides: {${CANARY_RULE}: {enabled: false}}}`);
    await flown(at, (canary) => expect(canary).toMatchObject({ stoppedAt: 'rule', lastSuccessAt: null }));
    await expect.poll(() => at.status().canary!.failures, { timeout: 30_000 }).toBeGreaterThan(1);
  });

  it('begins its file anew before it grows', { timeout: 60_000 }, async () => {
    const at = await open('');
    await expect.poll(() => at.status().canary?.lastSuccessAt ?? null, { timeout: 30_000 }).not.toBeNull();
    appendFileSync(join(at.folder, 'canary.log'), `${'x'.repeat(100)}\n`.repeat(200));
    const before = at.status().canary!.lastSuccessAt!;
    await expect.poll(() => at.status().canary!.lastSuccessAt! > before + 2000, { timeout: 30_000 }).toBe(true);
    expect(readFileSync(join(at.folder, 'canary.log'), 'utf8').length).toBeLessThan(2000);
  });
});

describe('while enforcing', () => {
  it('stops at a firewall that does not work', { timeout: 60_000 }, async () => {
    const at = await open('mode: enforce\nresponders: [{type: nftables, command: [/bin/false]}]');
    await flown(at, (canary) =>
      expect(canary).toMatchObject({ stoppedAt: 'firewall', problem: expect.stringContaining('nftables:bekci') }),
    );
  });

  it.skipIf(problem !== null)(
    'ends in the kernel, through the helper, and shuts nobody out',
    { timeout: 60_000 },
    async () => {
      const lab = await firewallHelper(`bkc${process.pid}`);
      try {
        const at = await open(`mode: enforce\nresponders: [{type: helper, socket: ${lab.socket}}]`);
        await expect.poll(() => at.status().canary?.lastSuccessAt ?? null, { timeout: 30_000 }).not.toBeNull();
        expect(at.status().canary).toMatchObject({ firewall: true, failures: 0 });
        expect(lab.nft('list', 'set', 'inet', 'bekci', 'canary')).toContain('100::1');
        expect(await lab.really()).toEqual([]);
        // Nothing was found that had to be mended, and no rule drops by its set.
        expect(at.status().mended).toEqual({ applied: 0, revoked: 0 });
        expect(lab.nft('list', 'table', 'inet', 'bekci')).not.toContain('@canary');
        await lab.stop('SIGKILL');
        await expect.poll(() => at.status().canary?.stoppedAt, { timeout: 30_000 }).toBe('firewall');
      } finally {
        await room?.daemon.stop();
        await lab.close();
      }
    },
  );
});
