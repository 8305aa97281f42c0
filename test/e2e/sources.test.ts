/** Lines from other machines through a real daemon: they are detected with their evidence, and answered when they are on disk. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { silentLog } from '../../src/kit/log.ts';
import type { StoredDetection } from '../../src/model/detection.ts';
import { removeFolder } from '../labs/remove-folder.ts';
import { until } from '../labs/source-reader.ts';

let folder: string;
let daemon: Daemon;
const found: StoredDetection[] = [];
const ports: number[] = [];

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => resolve(port));
    });
  });

async function start(): Promise<void> {
  const text = JSON.stringify({
    state_dir: join(folder, 'state'),
    http: { enabled: false },
    anomaly: { enabled: false },
    sources: [
      { type: 'syslog', listen: `127.0.0.1:${ports[0]}`, hosts: { '127.0.0.1': 'web1' } },
      { type: 'http', listen: `127.0.0.1:${ports[1]}` },
      { type: 'file', path: join(folder, 'logs/**/*.log'), from: 'start' },
    ],
  });
  const config = parseConfig(text, 'test.yaml');
  daemon = await startDaemon({ config, log: silentLog, onDetection: (detection) => found.push(detection) });
  await until(
    () =>
      daemon.handle
        .status()
        .sources.slice(0, 2)
        .every(({ state }) => state === 'reading'),
    'the sources',
  );
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-e2e-sources-'));
  ports.push(await freePort(), await freePort());
  await start();
});
afterAll(async () => {
  await daemon.stop();
  removeFolder(folder);
});

const line = (ip: string, n: number): string =>
  `${new Date().toISOString()} web sshd[${n}]: Failed password for root from ${ip} port ${4000 + n} ssh2`;
const bruteForce = (ip: string): StoredDetection | undefined =>
  found.find((each) => each.entity['source.ip'] === ip && each.evidence.length >= 5);
const sourceAt = (index: number) => daemon.handle.status().sources[index]!;

test('syslog: who attacks a remote machine is found, with all the lines that show it', async () => {
  if (!existsSync('/usr/bin/logger')) {
    console.warn('skipped: logger is not installed');
    return;
  }
  for (let n = 0; n < 6; n++)
    execFileSync('logger', [
      '-n',
      '127.0.0.1',
      '-P',
      String(ports[0]),
      n % 2 === 0 ? '--tcp' : '--udp',
      '-t',
      'sshd',
      `--id=${n + 1}`,
      `Failed password for root from 203.0.113.21 port ${n} ssh2`,
    ]);
  await until(() => bruteForce('203.0.113.21') !== undefined, 'the detection');
  const { lines } = bruteForce('203.0.113.21')!;
  expect(lines.length).toBeGreaterThanOrEqual(5);
  for (const text of lines) expect(text).toContain('203.0.113.21');
  await until(() => sourceAt(0).lines === 6, 'the last line');
  expect(sourceAt(0)).toMatchObject({ state: 'reading', lines: 6, decoded: 6, counts: { dropped: 0, malformed: 0 } });
});

test('HTTP: answered when it is on disk, and read once', async () => {
  const body = Array.from({ length: 6 }, (_, n) => line('203.0.113.22', n)).join('\n');
  const { status } = await fetch(`http://127.0.0.1:${ports[1]}/v1/lines`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'text/plain' },
  });
  expect(status).toBe(200);
  await until(() => bruteForce('203.0.113.22') !== undefined, 'the detection');
  expect(sourceAt(1).linesEver).toBe(6);
});

test('files of a pattern go on over a restart', async () => {
  execFileSync('mkdir', ['-p', join(folder, 'logs/a')]);
  const log = join(folder, 'logs/a/auth.log');
  for (let n = 0; n < 3; n++) appendFileSync(log, `${line('203.0.113.23', n)}\n`);
  await until(() => sourceAt(2).lines === 3, 'three lines');
  await daemon.stop();
  for (let n = 3; n < 6; n++) appendFileSync(log, `${line('203.0.113.23', n)}\n`);
  await start();
  await until(() => bruteForce('203.0.113.23') !== undefined, 'the detection');
  expect(sourceAt(2).linesEver).toBe(6);
  expect(bruteForce('203.0.113.23')!.lines.length).toBeGreaterThanOrEqual(5);
}, 60_000);
