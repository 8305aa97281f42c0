/**
 * kill -9 at twenty random moments: afterwards the store holds exactly what an uninterrupted run finds. The learning detector is
 * off: its memory is saved now and then, not with every line, so its alerts are outside this promise.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { isReading, until } from './lab.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const KILLS = 20;
const ATTACKERS = 60;

/** A seeded generator (mulberry32), so that a failing run can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function logLines(): string[] {
  const next = random(7);
  const start = Date.now() - 60_000;
  return Array.from({ length: 6000 }, (_, n) => {
    const at = new Date(start + n * 8).toISOString();
    const attacker = Math.floor(next() * ATTACKERS);
    return next() < 0.15
      ? `${at} web sshd[${n}]: Failed password for user${Math.floor(next() * 20)} from 203.0.113.${attacker} port 22 ssh2`
      : `${at} web sshd[${n}]: Accepted publickey for alice from 192.0.2.${attacker} port 22 ssh2: ED25519 SHA256:x`;
  });
}

function start(folder: string, log: string): ChildProcess {
  const config = join(folder, 'bekci.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      state_dir: join(folder, 'state'),
      sources: [{ type: 'file', path: log, from: 'start' }],
      anomaly: { enabled: false },
      http: { enabled: false },
    }),
  );
  return spawn(join(ROOT, 'tools', 'bekci'), ['run', '-c', config], { stdio: 'ignore' });
}

async function gone(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  await exit;
}

function found(folder: string): { detections: string[]; decisions: string[] } {
  const store = openStore(join(folder, 'state', 'bekci.db'), { readOnly: true });
  const detections = store
    .detections({ limit: 100_000 })
    .map((each) => `${each.rule.id} ${JSON.stringify(each.entity)} ${each.at} ${each.events} ${each.id}`);
  const decisions = store
    .decisions({ limit: 100_000 })
    .map((each) => `${each.ip} ${each.at} ${each.seconds} ${each.offence}`);
  store.close();
  return { detections: detections.sort(), decisions: decisions.sort() };
}

it('loses nothing and doubles nothing', { timeout: 120_000 }, async () => {
  const next = random(Date.now() & 0xffff);
  const lines = logLines();
  const folder = mkdtempSync(join(tmpdir(), 'bekci-kill-'));
  const log = join(folder, 'auth.log');
  writeFileSync(log, '');
  let child = start(folder, log);
  const step = Math.ceil(lines.length / KILLS);
  for (let kill = 0; kill < KILLS; kill++) {
    const part = lines.slice(kill * step, (kill + 1) * step);
    const cut = Math.floor(next() * part.length);
    appendFileSync(log, `${part.slice(0, cut).join('\n')}${cut > 0 ? '\n' : ''}`);
    await new Promise((resolve) => setTimeout(resolve, next() * 700));
    appendFileSync(log, `${part.slice(cut).join('\n')}\n`);
    await new Promise((resolve) => setTimeout(resolve, next() * 300));
    await gone(child, 'SIGKILL');
    child = start(folder, log);
  }
  await until('the last run reads', () => isReading(join(folder, 'state')), 20_000);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await gone(child, 'SIGTERM');
  const killed = found(folder);

  const plain = mkdtempSync(join(tmpdir(), 'bekci-kill-'));
  const whole = start(plain, log);
  await until('the uninterrupted run reads', () => isReading(join(plain, 'state')), 20_000);
  await new Promise((resolve) => setTimeout(resolve, 1500));
  await gone(whole, 'SIGTERM');
  const uninterrupted = found(plain);

  expect(killed.detections.length).toBeGreaterThan(ATTACKERS / 2);
  const ids = (list: string[]): string[] => list.map((each) => each.replace(/ [0-9a-f]{24}$/, ''));
  expect(ids(killed.detections)).toEqual(ids(uninterrupted.detections));
  expect(killed.decisions).toEqual(uninterrupted.decisions);
});
