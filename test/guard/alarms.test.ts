/** Alarms of a real daemon over real receivers: told once, cleared once, past a store that does not write, and not again after a restart. */
import { mkdirSync, mkdtempSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, it } from 'vitest';
import { parseConfig } from '../../src/config/load.ts';
import { type Daemon, startDaemon } from '../../src/daemon.ts';
import { removeFolder } from '../labs/remove-folder.ts';

interface Receiver {
  readonly port: number;
  readonly texts: string[];
  answer: number;
}

const closers: (() => unknown)[] = [];
let daemon: Daemon | null = null;
afterEach(async () => {
  await daemon?.stop();
  daemon = null;
  for (const close of closers.splice(0)) await close();
});

async function receiver(): Promise<Receiver> {
  const mine: { port: number; texts: string[]; answer: number } = { port: 0, texts: [], answer: 200 };
  const server = createServer((req, res) => {
    const parts: Buffer[] = [];
    req.on('data', (part: Buffer) => parts.push(part));
    req.on('end', () => {
      if (mine.answer === 200) mine.texts.push(Buffer.concat(parts).toString('utf8'));
      res.writeHead(mine.answer).end('ok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  mine.port = (server.address() as AddressInfo).port;
  return mine;
}

interface Place {
  readonly folder: string;
  readonly log: string;
  start(extra?: string, sources?: string): Promise<Daemon>;
}

function place(ports: readonly number[]): Place {
  const folder = mkdtempSync(join(tmpdir(), 'bekci-alarms-'));
  closers.push(() => removeFolder(folder));
  const log = join(folder, 'auth.log');
  writeFileSync(log, '');
  const hooks = ports.map((port, n) => `{type: slack, name: n${n}, webhook: "http://127.0.0.1:${port}/"}`);
  return {
    folder,
    log,
    async start(extra = '', sources = `{type: file, path: ${log}}`) {
      const text = `state_dir: ${folder}\nhttp: {listen: "127.0.0.1:0"}\ncanary: {every: 1s, within: 20s}\nsources: [${sources}]\nnotifiers: [${hooks.join(', ')}]\nalarms: {raise_after: 1s, raise_slow: 1s, clear_after: 2s}\n${extra}`;
      daemon = await startDaemon({ config: parseConfig(text, 'alarms.yaml'), log: () => {} });
      return daemon;
    },
  };
}

const patience = { timeout: 40_000, interval: 100 };
const health = async (at: Daemon): Promise<{ status: number; body: Record<string, unknown> }> => {
  const answer = await fetch(`http://${at.http}/health`);
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};

it('tells of a lost source once, in words, does not repeat it after a restart, and says when it is over', {
  timeout: 120_000,
}, async () => {
  const hook = await receiver();
  const at = place([hook.port]);
  let running = await at.start();
  await expect.poll(() => running.handle.status().sources[0]!.state, patience).toBe('reading');
  renameSync(at.log, `${at.log}.gone`);
  mkdirSync(at.log);
  await expect.poll(() => hook.texts.length, patience).toBe(1);
  expect(hook.texts[0]).toContain('cannot be read');
  expect(hook.texts[0]).toContain('bekci doctor');
  expect((await health(running)).body).toMatchObject({ colour: 'red', status: 'failing' });
  const page = await (await fetch(`http://${running.http}/metrics`)).text();
  expect(page).toContain('bekci_alarm_raised{code="lost"} 1');
  await running.stop();
  running = await at.start();
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(running.handle.status().alarms.map((each) => each.code)).toContain('lost');
  rmdirSync(at.log);
  renameSync(`${at.log}.gone`, at.log);
  await expect.poll(() => hook.texts.length, patience).toBe(2);
  expect(hook.texts[1]).toContain('Over after');
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(hook.texts).toHaveLength(2);
  expect(await health(running)).toMatchObject({ status: 200, body: { colour: 'green' } });
});

it('tells of a failing notifier through the others, in Turkish', { timeout: 120_000 }, async () => {
  const [good, bad] = [await receiver(), await receiver()];
  const at = place([good.port, bad.port]);
  bad.answer = 500;
  const running = await at.start('language: tr');
  await expect.poll(() => running.handle.status().sources[0]!.state, patience).toBe('reading');
  rmSync(at.log);
  mkdirSync(at.log);
  await expect
    .poll(() => good.texts.some((text) => text.includes('slack:n1 üzerinden giden iletiler ulaşmıyor')), patience)
    .toBe(true);
  bad.answer = 200;
  // The news of the source waited for it; the news of its own failing did not go through itself.
  await expect.poll(() => bad.texts.some((text) => text.includes('okunamıyor')), patience).toBe(true);
  await expect
    .poll(() => bad.texts.concat(good.texts).filter((text) => text.includes('sonra geçti')).length, patience)
    .toBe(2);
  expect(bad.texts.filter((text) => text.includes('ulaşmıyor') && !text.includes('sonra geçti'))).toEqual([]);
});

it('tells past a store that does not write', { timeout: 120_000 }, async () => {
  const hook = await receiver();
  const at = place([hook.port]);
  const running = await at.start();
  await expect.poll(() => running.handle.status().canary?.lastSuccessAt ?? null, patience).not.toBeNull();
  const other = new DatabaseSync(join(at.folder, 'bekci.db'));
  other.exec('BEGIN IMMEDIATE');
  await expect
    .poll(() => hook.texts.some((text) => text.includes('the store does not write')), { ...patience, timeout: 90_000 })
    .toBe(true);
  expect(running.handle.status().storeWrites).toBe(false);
  other.exec('ROLLBACK');
  other.close();
  await expect.poll(() => hook.texts.some((text) => text.includes('Over after')), patience).toBe(true);
  expect(hook.texts.filter((text) => text.includes('the store does not write') && !text.includes('Over'))).toHaveLength(
    1,
  );
});

it('is red when the firewall fails and the canary stops there, and keeps it short', { timeout: 120_000 }, async () => {
  const hook = await receiver();
  const at = place([hook.port]);
  const running = await at.start('mode: enforce\nresponders: [{type: nftables, command: [/bin/false]}]');
  await expect.poll(() => hook.texts.join('\n'), patience).toContain('it stops at the firewall');
  expect(hook.texts.join('\n')).toContain('the firewall nftables:bekci fails');
  expect((await health(running)).status).toBe(503);
  await new Promise((resolve) => setTimeout(resolve, 3000));
  expect(hook.texts.length).toBeLessThan(3);
});

it('finds a silent source by its setting, and leaves the quiet one alone', { timeout: 120_000 }, async () => {
  const hook = await receiver();
  const at = place([hook.port]);
  const quiet = join(at.folder, 'quiet.log');
  writeFileSync(quiet, '');
  const running = await at.start(
    '',
    `{type: file, path: ${at.log}, silent_after: 1s}, {type: file, path: ${quiet}, silent_after: 0s}`,
  );
  await expect.poll(() => hook.texts.join('\n'), patience).toContain('has been silent');
  expect(running.handle.status().alarms.map((each) => each.subject)).toEqual([`file:${at.log}`]);
});

it('misses a log that was deleted and came no more', { timeout: 120_000 }, async () => {
  const hook = await receiver();
  const at = place([hook.port]);
  const running = await at.start();
  await expect.poll(() => running.handle.status().sources[0]!.state, patience).toBe('reading');
  rmSync(at.log);
  await expect.poll(() => running.handle.status().sources[0]!.problem, patience).toContain('moved or deleted');
  await expect.poll(() => hook.texts.join('\n'), patience).toContain('is not there');
  expect((await health(running)).body).toMatchObject({ colour: 'yellow', status: 'degraded' });
});
