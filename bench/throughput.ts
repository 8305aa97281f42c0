/**
 * Whole-file speed of `scan`: made-up logs, whole process, CPU seconds net of start-up.
 *   tools/node bench/throughput.ts [LINES]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');
const LINES = Number(process.argv[2] ?? 500_000);
const RUNS = 3;
const folder = mkdtempSync(join(tmpdir(), 'bekci-bench-'));

/** Log lines of a kind; the share of attack lines is in percent. */
function lineOf(kind: 'auth' | 'nginx' | 'firewall', n: number, attack: boolean): string {
  const at = new Date(Date.UTC(2026, 0, 5) + n * 50).toISOString();
  const source = attack ? `198.18.${(n >> 9) & 255}.${(n >> 3) & 255}` : `192.0.2.${n & 127}`;
  if (kind === 'auth') {
    if (attack) return `${at} web sshd[${n}]: Failed password for root from ${source} port ${1024 + (n % 60_000)} ssh2`;
    return n % 3 === 0
      ? `${at} web CRON[${n}]: pam_unix(cron:session): session closed for user root`
      : `${at} web sshd[${n}]: Accepted publickey for alice from ${source} port 22 ssh2: ED25519 SHA256:x`;
  }
  if (kind === 'nginx') {
    const target = attack ? `/.env?${n % 50}` : `/page/${n % 300}?q=a+b`;
    return `${source} - - [05/Jan/2026:00:${String(Math.floor(n / 1200) % 60).padStart(2, '0')}:${String(Math.floor(n / 20) % 60).padStart(2, '0')} +0000] "GET ${target} HTTP/1.1" ${attack ? 404 : 200} 1234 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:127.0) Gecko/20100101 Firefox/127.0"`;
  }
  return `${at} web kernel: [${n}.5] [UFW ${attack ? 'BLOCK' : 'ALLOW'}] IN=eth0 OUT= MAC=00:11 SRC=${source} DST=192.0.2.5 LEN=60 TOS=0x00 PREC=0x00 TTL=50 ID=${n & 65_535} DF PROTO=TCP SPT=${1024 + (n % 60_000)} DPT=${n % 1024} WINDOW=1024 RES=0x00 SYN URGP=0 `;
}

/** CPU seconds of one scan. */
function cpuOf(file: string): number {
  const done = spawnSync('sh', ['-c', '"$0" scan "$1" --json >/dev/null; times', join(ROOT, 'tools', 'bekci'), file], {
    encoding: 'utf8',
  });
  const children = done.stdout.trim().split('\n').at(-1) ?? '';
  return [...children.matchAll(/(\d+)m([\d.]+)s/g)].reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  );
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

console.log('| log | lines | CPU s | start-up CPU s | lines / CPU s, net |\n| --- | --: | --: | --: | --: |');
for (const [kind, percent] of [
  ['auth', 1],
  ['auth', 20],
  ['auth', 90],
  ['nginx', 5],
  ['firewall', 30],
] as const) {
  const file = join(folder, `${kind}-${percent}.log`);
  const one = join(folder, 'one.log');
  writeFileSync(file, Array.from({ length: LINES }, (_, n) => lineOf(kind, n, n % 100 < percent)).join('\n'));
  writeFileSync(one, lineOf(kind, 1, false));
  const start = median(Array.from({ length: RUNS }, () => cpuOf(one)));
  const whole = median(Array.from({ length: RUNS }, () => cpuOf(file)));
  console.log(
    `| ${kind} ${percent} % attack | ${LINES} | ${whole.toFixed(2)} | ${start.toFixed(2)} | ${Math.round(LINES / (whole - start) / 1000)}k |`,
  );
}
rmSync(folder, { recursive: true });
