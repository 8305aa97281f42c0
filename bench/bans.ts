/**
 * A hundred thousand bans against real nftables in a network namespace of its own: restored by the daemon after the kernel lost them,
 * added one at a time, read back, ended to the second; and the memory of a daemon that holds them beside a million indicators.
 * Needs root. `tools/node bench/bans.ts [bans] [indicators]`
 */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLog } from '../src/kit/log.ts';
import { createResponder, responderSettings } from '../src/responders/all.ts';
import { readTable } from '../src/responders/nftables/sets.ts';
import { openStore } from '../src/store/sqlite/sqlite-store.ts';
import type { DecisionRecord } from '../src/store/store.ts';
import { labProblem } from '../test/e2e/lab.ts';

const BANS = Number(process.argv[2] ?? 100_000);
const INDICATORS = Number(process.argv[3] ?? 1_000_000);
const problem = labProblem([]);
if (problem !== null) {
  console.error(`cannot measure here: ${problem}`);
  process.exit(1);
}
const space = `bkban${process.pid}`;
const nft = ['ip', 'netns', 'exec', space, 'nft'];
const folder = mkdtempSync(join(tmpdir(), 'bekci-bans-'));
const state = join(folder, 'state');
let daemon: ChildProcess | null = null;

/** Addresses of the range for benchmarks (RFC 2544), then /64s of the one for documentation. */
function address(n: number): string {
  if (n < 60_000) return `198.18.${n >> 8}.${n & 255}`;
  const six = n - 60_000;
  return `2001:db8:${(six >> 8).toString(16)}:${((six & 255) + 1).toString(16)}::/64`;
}

function record(n: number): DecisionRecord {
  const at = Date.now();
  return {
    id: `bench${n}`.padEnd(24, 'x'),
    action: 'ban',
    ip: address(n),
    at,
    seconds: 86_400,
    expiresAt: at + 86_400_000,
    origin: 'rule',
    rule: 'e2b36d0a-556f-514e-afd9-8eae6be9c76d',
    detection: `detection${n}`.padEnd(24, 'x'),
    reason: 'SSH brute force',
    offence: 0,
    state: 'applied',
    error: null,
    attempts: 1,
  };
}

function indicators(): string {
  let seed = 1;
  const next = (): number => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed;
  };
  const lines: string[] = [];
  while (lines.length < INDICATORS) {
    const value = next();
    if (lines.length % 10 === 0)
      lines.push(`2001:db8:${(value >>> 16).toString(16)}:${(value & 65_535).toString(16)}::/64`);
    else if (value >>> 24 > 15 && value >>> 24 < 223)
      lines.push([24, 16, 8, 0].map((by) => (value >>> by) & 255).join('.'));
  }
  return lines.join('\n');
}

function start(lists: boolean): ChildProcess {
  const config = join(folder, 'bekci.yaml');
  writeFileSync(
    config,
    JSON.stringify({
      mode: 'enforce',
      state_dir: state,
      sources: [{ type: 'file', path: join(folder, 'auth.log') }],
      responders: [{ type: 'nftables', command: nft }],
      decisions: { max_active: 1_000_000 },
      intel: { lists: lists ? [{ name: 'bench', path: join(folder, 'list') }] : [] },
      anomaly: { enabled: false },
      http: { enabled: false },
    }),
  );
  return spawn(join(import.meta.dirname, '..', 'tools', 'bekci'), ['run', '-c', config], { stdio: 'ignore' });
}

async function stop(): Promise<void> {
  const child = daemon;
  daemon = null;
  if (child === null || child.exitCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await gone;
}

/** Everything the kernel holds, as the responder would name it. */
function held(): string[] {
  const done = spawnSync(nft[0]!, [...nft.slice(1), '-j', 'list', 'table', 'inet', 'bekci'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  return done.status === 0 ? readTable(done.stdout, Date.now()).held.map((each) => each.ip) : [];
}

/** Cheap: a dry creation of the last ban is refused once the kernel holds it. */
function isThere(n: number): boolean {
  const [set, element] = n < 60_000 ? ['banned4', address(n)] : ['banned6_64', address(n).replace('/64', '')];
  const done = spawnSync(
    nft[0]!,
    [...nft.slice(1), '-c', 'create', 'element', 'inet', 'bekci', set!, `{ ${element} }`],
    {
      encoding: 'utf8',
    },
  );
  return done.stderr.includes('File exists');
}

function rss(pid: number): { now: number; peak: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string): number => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1] ?? 0) / 1024;
  return { now: Math.round(read('VmRSS')), peak: Math.round(read('VmHWM')) };
}

/** The process that really is Node, below the wrapper. */
function nodePid(child: ChildProcess): number {
  const below = spawnSync('pgrep', ['-P', String(child.pid)], { encoding: 'utf8' }).stdout.trim();
  return below === '' || /nft|ip/.test(spawnSync('ps', ['-o', 'comm=', '-p', below], { encoding: 'utf8' }).stdout)
    ? child.pid!
    : Number(below.split('\n')[0]);
}

try {
  execFileSync('ip', ['netns', 'add', space]);
  mkdirSync(state);
  writeFileSync(join(folder, 'auth.log'), '');
  const store = openStore(join(state, 'bekci.db'));
  const decisions = Array.from({ length: BANS }, (_, n) => record(n));
  store.commit({ detections: [], decisions, refusals: [], alerts: [], checkpoints: new Map(), state: new Map() });
  store.close();

  const began = performance.now();
  daemon = start(false);
  while (!isThere(BANS - 1)) await sleep(100);
  const restored = performance.now() - began;
  const want = decisions.map((each) => each.ip).sort();
  const got = held().sort();
  console.log(
    `restore of ${BANS} bans into an empty kernel, from the start of the process: ${(restored / 1000).toFixed(2)} s; read back ${got.length}, ${got.join() === want.join() ? 'equal' : 'NOT EQUAL'}`,
  );
  await stop();

  // A second start, with the kernel still holding them, beside the indicators.
  writeFileSync(join(folder, 'list'), indicators());
  daemon = start(true);
  for (let n = 0; n < 15; n++) {
    await sleep(2000);
    const { now, peak } = rss(nodePid(daemon));
    if (n % 3 === 2)
      console.log(`memory after ${(n + 1) * 2} s: ${now} MiB, peak ${peak} MiB (${INDICATORS} indicators)`);
  }
  await stop();

  const responder = createResponder(responderSettings.parse({ type: 'nftables', command: nft }), {
    log: silentLog,
    now: Date.now,
  });
  const signal = AbortSignal.timeout(600_000);
  const times: number[] = [];
  for (let n = 0; n < 1000; n++) {
    const ip = `198.19.${n >> 8}.${n & 255}`;
    const from = performance.now();
    const [result] = await responder.apply(
      [{ decision: 'd', ip, expiresAt: Date.now() + 600_000, reason: '' }],
      signal,
    );
    if (result?.ok !== true) throw new Error(`${ip} was not applied`);
    times.push(performance.now() - from);
  }
  times.sort((a, b) => a - b);
  console.log(
    `one more ban beside ${BANS}, proved: mean ${(times.reduce((a, b) => a + b) / times.length).toFixed(2)} ms, p50 ${times[500]!.toFixed(2)}, p99 ${times[990]!.toFixed(2)}`,
  );

  // Bans that end in each of the next seconds: a look every 50 ms says when the kernel let each go.
  const ends = Array.from({ length: 8 }, (_, n) => ({ ip: `198.19.100.${n}`, expiresAt: Date.now() + 3000 + n * 700 }));
  await responder.apply(
    ends.map((each) => ({ decision: 'd', ip: each.ip, expiresAt: each.expiresAt, reason: '' })),
    signal,
  );
  const off = new Map<string, number>();
  while (off.size < ends.length) {
    for (const each of ends) {
      if (off.has(each.ip)) continue;
      const done = spawnSync(
        nft[0]!,
        [...nft.slice(1), '-c', 'create', 'element', 'inet', 'bekci', 'banned4', `{ ${each.ip} }`],
        { encoding: 'utf8' },
      );
      if (!done.stderr.includes('File exists')) off.set(each.ip, Date.now() - each.expiresAt);
    }
    await sleep(50);
  }
  await responder.close();
  console.log(`the kernel lets go, ms after the end of the ban: ${[...off.values()].join(', ')}`);
} finally {
  await stop();
  spawnSync('ip', ['netns', 'delete', space]);
  rmSync(folder, { recursive: true, force: true });
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
