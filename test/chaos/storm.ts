/**
 * Everything that goes wrong with a machine, in a seeded order, while bekci watches a log: afterwards it must have found, decided and
 * blocked exactly what an undisturbed run does, and counted each line once.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStore } from '../../src/store/sqlite/sqlite-store.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FAKETIME = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
];
const ATTACKERS = 120;

/** How hard it blows. */
export interface StormPlan {
  readonly seed: number;
  readonly kills: number;
  readonly rotations: number;
  readonly linesPerStep: number;
  readonly stopMs: number;
}

/** What a storm left behind. */
export interface StormReport {
  readonly plan: StormPlan;
  readonly events: Readonly<Record<string, number>>;
  readonly skipped: readonly string[];
  readonly linesWritten: number;
  readonly linesCounted: number;
  readonly detections: { readonly storm: readonly string[]; readonly calm: readonly string[] };
  readonly decisions: { readonly storm: readonly string[]; readonly calm: readonly string[] };
  readonly kernel: readonly string[] | null;
  readonly active: readonly string[];
  /** Highest resident memory seen, MiB. */
  readonly peakMiB: number;
  readonly seconds: number;
  /** What the daemon complained about last. */
  readonly complaints: readonly string[];
}

type Event = 'kill' | 'rotate' | 'lock' | 'full' | 'flush' | 'stop' | 'clock' | 'quiet';

/** A seeded generator (mulberry32), so that a failing run can be repeated. */
export function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Blows, then compares with a calm run over the same lines. */
export async function storm(plan: StormPlan): Promise<StormReport> {
  const began = performance.now();
  const next = random(plan.seed);
  const folder = mkdtempSync(join(tmpdir(), 'bekci-storm-'));
  const skipped: string[] = [];
  const space = `bkstorm${process.pid}`;
  const hasNet =
    process.getuid?.() === 0 &&
    spawnSync('ip', ['netns', 'add', space]).status === 0 &&
    spawnSync('ip', ['netns', 'exec', space, 'nft', 'list', 'ruleset']).status === 0;
  if (!hasNet) skipped.push('nftables: no network namespaces here');
  const state = join(folder, 'state');
  mkdirSync(state);
  const hasTmpfs =
    process.getuid?.() === 0 && spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'bekci', state]).status === 0;
  if (!hasTmpfs) skipped.push('disk full: no small tmpfs here');
  const faketime = FAKETIME.find((path) => existsSync(path)) ?? null;
  if (faketime === null) skipped.push('clock jumps: libfaketime is not installed');
  const clock = join(folder, 'clock');
  writeFileSync(clock, '+0');
  const logFolder = join(folder, 'log');
  mkdirSync(logFolder);
  const log = join(logFolder, 'auth.log');
  const whole = join(folder, 'whole.log');
  writeFileSync(log, '');
  writeFileSync(whole, '');
  const counts: Record<string, number> = {};
  let written = 0;
  let rotated = 0;
  let peak = 0;
  let daemon: ChildProcess | null = null;
  /** While we end it ourselves. */
  let ending = false;

  const configOf = (path: string, stateDir: string, live: boolean): string =>
    JSON.stringify({
      mode: live && hasNet ? 'enforce' : 'observe',
      state_dir: stateDir,
      sources: [{ type: 'file', path, from: 'start' }],
      rules: { overrides: { ssh_bruteforce: { ban: '1d' } } },
      decisions: { bans_per_minute: 100_000, ban: '1d', forgive_logins: false, max_share: 1 },
      anomaly: { enabled: false },
      http: { enabled: false },
      responders: live && hasNet ? [{ type: 'nftables', command: ['ip', 'netns', 'exec', space, 'nft'] }] : [],
      // Nobody listens there.
      notifiers: live ? [{ type: 'slack', webhook: 'http://127.0.0.1:9/dead' }] : [],
    });

  function start(): void {
    const config = join(folder, 'bekci.yaml');
    writeFileSync(config, configOf(log, state, true));
    daemon = spawn(process.execPath, [join(ROOT, 'src', 'main.ts'), 'run', '-c', config, '--json'], {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: {
        ...process.env,
        PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
        ...(faketime === null
          ? {}
          : {
              LD_PRELOAD: faketime,
              FAKETIME_TIMESTAMP_FILE: clock,
              FAKETIME_CACHE_DURATION: '1',
              FAKETIME_DONT_FAKE_MONOTONIC: '1',
              DONT_FAKE_MONOTONIC: '1',
            }),
      },
    });
    daemon.stderr?.on('data', (part: Buffer) => appendFileSync(join(folder, 'daemon.log'), part));
    const mine = daemon;
    mine.on('exit', (code, signal) => {
      if (mine !== daemon || ending) return;
      const how = `ended by itself (${signal ?? code})`;
      counts[how] = (counts[how] ?? 0) + 1;
      // As its unit would.
      setTimeout(() => {
        if (mine === daemon && !ending) start();
      }, 500);
    });
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    const child = daemon;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    ending = true;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    await gone;
    ending = false;
  }

  function noteMemory(): void {
    try {
      const text = readFileSync(`/proc/${daemon?.pid}/status`, 'utf8');
      peak = Math.max(peak, Number(/VmHWM:\s+(\d+)/.exec(text)?.[1] ?? 0) / 1024);
    } catch {
      // It is not running just now.
    }
  }

  const epoch = Date.now() - 3_000_000;
  function writeLines(count: number): void {
    let text = '';
    for (let n = 0; n < count; n++) {
      const at = new Date(epoch + written * 5).toISOString();
      const attacker = Math.floor(next() * ATTACKERS);
      text +=
        next() < 0.1
          ? `${at} web sshd[${written}]: Failed password for user${Math.floor(next() * 20)} from 203.0.113.${attacker} port 22 ssh2\n`
          : `${at} web sshd[${written}]: Accepted publickey for alice from 192.0.2.${attacker} port 22 ssh2: ED25519 SHA256:x\n`;
      written++;
    }
    // A line is often written in two halves.
    const cut = Math.floor(next() * text.length);
    appendFileSync(log, text.slice(0, cut));
    appendFileSync(log, text.slice(cut));
    appendFileSync(whole, text);
  }

  /** Four kinds in turn; of the copying ones nothing is written between copy and cut. */
  function rotate(): void {
    const kind = rotated++ % 4;
    const old = `${log}-${String(rotated).padStart(4, '0')}`;
    if (kind === 0) {
      renameSync(log, old);
      writeFileSync(log, '');
    } else if (kind === 1) {
      copyFileSync(log, old);
      truncateSync(log, 0);
    } else if (kind === 2) {
      renameSync(log, old);
      writeFileSync(old.replace('auth', 'target'), '');
      symlinkSync(old.replace('auth', 'target'), log);
    } else {
      // The name is gone for a while before it comes back.
      renameSync(log, old);
    }
    if (kind === 3) writeFileSync(log, '');
    counts[`rotation ${['rename', 'copytruncate', 'symlink', 'absent'][kind]}`] =
      (counts[`rotation ${['rename', 'copytruncate', 'symlink', 'absent'][kind]}`] ?? 0) + 1;
  }

  async function happen(event: Event): Promise<void> {
    counts[event] = (counts[event] ?? 0) + 1;
    if (event === 'kill') {
      await kill('SIGKILL');
      start();
    } else if (event === 'rotate') rotate();
    else if (event === 'lock') await holdLock(400 + next() * 2500);
    else if (event === 'full') await fillDisk(500 + next() * 2500);
    else if (event === 'flush') {
      if (hasNet) spawnSync('ip', ['netns', 'exec', space, 'nft', 'flush', 'ruleset']);
    } else if (event === 'stop') {
      daemon?.kill('SIGSTOP');
      writeLines(plan.linesPerStep);
      await sleep(plan.stopMs);
      daemon?.kill('SIGCONT');
    } else if (event === 'clock' && faketime !== null)
      writeFileSync(clock, ['+3600', '-3600', '+0', '-7200', '+7200'][Math.floor(next() * 5)]!);
  }

  async function holdLock(ms: number): Promise<void> {
    const path = join(state, 'bekci.db');
    if (!existsSync(path)) return;
    const other = new DatabaseSync(path);
    try {
      other.exec('PRAGMA busy_timeout = 2000; BEGIN EXCLUSIVE');
      writeLines(plan.linesPerStep);
      await sleep(ms);
      other.exec('ROLLBACK');
    } catch {
      counts['lock missed'] = (counts['lock missed'] ?? 0) + 1;
    } finally {
      other.close();
    }
  }

  async function fillDisk(ms: number): Promise<void> {
    if (!hasTmpfs) return;
    const filler = join(state, 'filler');
    spawnSync('dd', ['if=/dev/zero', `of=${filler}`, 'bs=64k']);
    writeLines(plan.linesPerStep);
    await sleep(ms);
    unlinkSync(filler);
  }

  const events: Event[] = [
    ...Array.from({ length: plan.kills }, (): Event => 'kill'),
    ...Array.from({ length: plan.rotations }, (): Event => 'rotate'),
    ...(['lock', 'full', 'flush', 'clock', 'flush', 'lock', 'full', 'clock', 'stop'] as const),
  ];
  for (let n = events.length - 1; n > 0; n--) {
    const other = Math.floor(next() * (n + 1));
    [events[n], events[other]] = [events[other]!, events[n]!];
  }
  try {
    writeLines(plan.linesPerStep);
    start();
    // Before it has read once, nothing says where a file that is moved away was to be read from.
    await settled(state, log, written);
    for (const event of events) {
      writeLines(plan.linesPerStep);
      await sleep(next() * 700);
      noteMemory();
      // A copy that is cut while the reader is dead or behind is only whole in the copy.
      await happen(event);
    }
    if (faketime !== null) writeFileSync(clock, '+0');
    writeLines(plan.linesPerStep);
    const counted = await settled(state, log, written);
    // Reconciling comes every five seconds; a machine under load is given more.
    const kernel = hasNet ? await kernelWhenEqual(space, state) : null;
    noteMemory();
    await kill('SIGTERM');
    const stormy = found(state);
    const calm = join(folder, 'calm');
    writeFileSync(join(folder, 'calm.yaml'), configOf(whole, calm, false));
    daemon = spawn(process.execPath, [join(ROOT, 'src', 'main.ts'), 'run', '-c', join(folder, 'calm.yaml')], {
      stdio: 'ignore',
    });
    await settled(calm, whole, written);
    await kill('SIGTERM');
    const still = found(calm);
    return {
      plan,
      events: counts,
      skipped,
      linesWritten: written,
      linesCounted: counted,
      detections: { storm: stormy.detections, calm: still.detections },
      decisions: { storm: stormy.decisions, calm: still.decisions },
      kernel,
      active: stormy.active,
      peakMiB: Math.round(peak),
      seconds: Math.round((performance.now() - began) / 1000),
      complaints: complaintsOf(join(folder, 'daemon.log')),
    };
  } finally {
    await kill('SIGKILL');
    if (hasTmpfs) spawnSync('umount', ['-l', state]);
    spawnSync('ip', ['netns', 'delete', space]);
    if (process.env.BEKCI_KEEP === undefined) removeFolder(folder);
    else console.error(`kept: ${folder}`);
  }
}

/** Waits until the store says that so many lines were counted, or nothing moves any more; how many there are. */
async function settled(state: string, path: string, wanted: number): Promise<number> {
  let last = -1;
  for (let still = 0; still < 160; ) {
    await sleep(250);
    const now = countedIn(state, path);
    if (now === wanted) return now;
    still = now === last ? still + 1 : 0;
    last = now;
  }
  return last;
}

function countedIn(state: string, path: string): number {
  try {
    const store = openStore(join(state, 'bekci.db'), { readOnly: true });
    const [entry] = store.state(`lines:file:${path}`);
    store.close();
    return Number(entry?.value ?? 0);
  } catch {
    return -1;
  }
}

function complaintsOf(path: string): string[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => /"level":"(?:warn|error)"/.test(line) && !/"source\.ip"|"user\.name"|alert not sent/.test(line))
    .slice(-40);
}

function found(state: string): { detections: string[]; decisions: string[]; active: string[] } {
  const store = openStore(join(state, 'bekci.db'), { readOnly: true });
  const detections = store
    .detections({ limit: 1_000_000 })
    .map((each) => `${each.rule.id} ${JSON.stringify(each.entity)} ${each.at} ${each.events}`);
  const all = store.decisions({ limit: 1_000_000 });
  const active = store.decisions({ limit: 1_000_000, activeAt: Date.now() }).map((each) => `${each.ip} ${each.state}`);
  store.close();
  return {
    detections: detections.sort(),
    decisions: all.map((each) => `${each.ip} ${each.rule} ${each.seconds}`).sort(),
    active: active.sort(),
  };
}

/** What the kernel holds, as soon as it is what the store says, or after half a minute. */
async function kernelWhenEqual(space: string, state: string): Promise<string[]> {
  for (let n = 0; ; n++) {
    await sleep(1000);
    const kernel = kernelBans(space);
    const { active } = found(state);
    if (n >= 30 || active.join(',') === kernel.map((ip) => `${ip} applied`).join(',')) return kernel;
  }
}

function kernelBans(space: string): string[] {
  const done = spawnSync('ip', ['netns', 'exec', space, 'nft', '-j', 'list', 'table', 'inet', 'bekci'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (done.status !== 0) return [];
  const document = JSON.parse(done.stdout) as { nftables: { set?: { elem?: { elem: { val: string } }[] } }[] };
  return document.nftables.flatMap(({ set }) => (set?.elem ?? []).map((each) => each.elem.val)).sort();
}
