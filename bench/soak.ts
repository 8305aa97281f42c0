/**
 * `tools/node bench/soak.ts [--lines N]`: a long day in short. Mixed made-up lines run through a real daemon out of a file that is
 * rotated; prints its resident memory as it goes, and how the end compares with the end of the warm-up (a tenth of the lines).
 */
import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask } from '../src/cli/client.ts';
import type { Status } from '../src/engine/handle.ts';

const CHUNK = 20_000;
/** Different addresses of a day. Prime to the mixture, so that each comes with every kind of line. */
const ADDRESSES = 19_997;
const AHEAD = 400_000;
const ROTATE_BYTES = 256 * 1024 * 1024;

const at = process.argv.indexOf('--lines');
const total = at < 0 ? 50_000_000 : Number(process.argv[at + 1]);
const folder = mkdtempSync(join(tmpdir(), 'bekci-soak-'));
const log = join(folder, 'mixed.log');
const state = join(folder, 'state');
writeFileSync(log, '');
writeFileSync(
  join(folder, 'bekci.yaml'),
  JSON.stringify({ state_dir: state, sources: [{ type: 'file', path: log, from: 'start' }], http: { enabled: false } }),
);
const daemon = spawn(join(import.meta.dirname, '..', 'tools', 'bekci'), ['run', '-c', join(folder, 'bekci.yaml')], {
  stdio: 'ignore',
});
const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const figures: { lines: number; mib: number }[] = [];
let clock = Date.now() - 86_400_000;

/** A day's mixture: users, attackers, cron jobs, kernel lines; addresses wander so that windows come and go. */
function chunkOf(first: number): string {
  let text = '';
  for (let n = first; n < first + CHUNK; n++) {
    clock += 86_400_000 / total;
    const stamp = new Date(clock).toISOString();
    const host = ((n % ADDRESSES) * 2_654_435_761) >>> 0;
    const ip = `198.${18 + (host & 1)}.${(host >>> 8) & 255}.${(host >>> 16) & 255}`;
    const turn = n % 20;
    if (turn < 3)
      text += `${stamp} web sshd[${n % 32768}]: Failed password for root from ${ip} port ${1024 + (host % 60000)} ssh2\n`;
    else if (turn < 5)
      text += `${stamp} web sshd[${n % 32768}]: Accepted publickey for alice from 192.0.2.${n % 200} port 22 ssh2: ED25519 SHA256:x\n`;
    else if (turn < 8)
      text += `${stamp} web CRON[${n % 32768}]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)\n`;
    else if (turn < 10)
      text += `${stamp} web kernel: [UFW BLOCK] IN=eth0 OUT= MAC= SRC=${ip} DST=192.0.2.1 LEN=40 PROTO=TCP SPT=40000 DPT=${n % 1024}\n`;
    else text += `${stamp} web app[${n % 99}]: request ${n} took ${host % 900} ms for session ${host.toString(36)}\n`;
  }
  return text;
}

async function read(): Promise<number> {
  const answer = await ask(state, 'GET', '/status').catch(() => null);
  return answer === null ? 0 : (answer.body as Status).lines;
}

function note(lines: number): void {
  const mib = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${daemon.pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  figures.push({ lines, mib: Math.round(mib) });
}

const began = performance.now();
let written = 0;
let size = 0;
let next = total / 20;
while (written < total) {
  const text = chunkOf(written);
  appendFileSync(log, text);
  size += text.length;
  written += CHUNK;
  let done = written % (AHEAD / 2) === 0 ? await read() : written;
  while (written - done > AHEAD) {
    await sleep(100);
    done = await read();
  }
  if (size > ROTATE_BYTES) {
    // The one before is read to its end by now: the writer is at most a few chunks ahead.
    renameSync(log, `${log}.1`);
    writeFileSync(log, '');
    size = 0;
  }
  if (written >= next) {
    note(written);
    next += total / 20;
  }
}
for (let wait = 0; wait < 600 && (await read()) < total; wait++) await sleep(100);
const counted = await read();
await sleep(5000);
note(counted);
const seconds = (performance.now() - began) / 1000;
daemon.kill('SIGTERM');
await new Promise((resolve) => daemon.once('exit', resolve));
rmSync(folder, { recursive: true, force: true });
const warm = figures[1]!.mib;
const end = figures.at(-1)!.mib;
console.log(
  JSON.stringify({
    total,
    counted,
    seconds: Math.round(seconds),
    warm,
    end,
    growth: `${Math.round(((end - warm) / warm) * 100)} %`,
    figures,
  }),
);
process.exitCode = counted === total && end <= warm * 1.1 ? 0 : 1;
