/** While a long backlog is read, everything else goes on: bans come into force, probes are answered, the canary flies. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { startDaemon } from '../../src/daemon.ts';
import { until } from '../e2e/lab.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const LINES = 100_000;

it('bans whom the first lines accuse before the last are read', { timeout: 120_000 }, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-backlog-'));
  const log = join(folder, 'auth.log');
  const stamp = new Date().toISOString();
  const attack = Array.from(
    { length: 6 },
    () => `${stamp} web sshd[9]: Failed password for root from 203.0.113.7 port 22 ssh2`,
  );
  const dull = Array.from(
    { length: LINES },
    (_, n) => `${stamp} web sshd[${n}]: Connection closed by 198.51.100.7 port ${n % 60_000} [preauth]`,
  );
  writeFileSync(log, `${[...attack, ...dull].join('\n')}\n`);
  const text = `state_dir: ${folder}\nmode: enforce\nhttp: {enabled: false}\nanomaly: {enabled: false}\nresponders: [{type: command, add: [/bin/true]}]\nsources: [{type: file, path: ${log}, from: start}]`;
  const daemon = await startDaemon({ config: parseConfig(text, 'backlog.yaml'), log: () => {} });
  let appliedAt = Number.POSITIVE_INFINITY;
  let turns = 0;
  // A chain of promises without a pause would not let this run before the end.
  const watch = setInterval(() => {
    const { lines } = daemon.handle.status();
    if (lines > 0 && lines < LINES) turns++;
    if (daemon.handle.activeDecisions(1)[0]?.state === 'applied') appliedAt = Math.min(appliedAt, lines);
  }, 5);
  try {
    await until('the backlog is read', () => daemon.handle.status().lines >= LINES, 90_000);
    expect(turns).toBeGreaterThan(2);
    expect(appliedAt).toBeLessThan(LINES);
  } finally {
    clearInterval(watch);
    await daemon.stop();
    removeFolder(folder);
  }
});
