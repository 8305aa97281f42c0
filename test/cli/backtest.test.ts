/** `bekci backtest` over a made-up week: rotated and packed logs walked together, both sides, what the banned did later, the trade of a threshold. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { removeFolder } from '../labs/remove-folder.ts';

// Each test starts the program several times.
vi.setConfig({ testTimeout: 120_000 });

const BEKCI = join(import.meta.dirname, '../../tools/bekci');
const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const NOW = Date.now();
let folder: string;
let config: string;

/** Attacked five days ago: only the packed log knows. */
const OLD = '198.51.100.1';
/** Four failures: below the present threshold. */
const FEW = '198.51.100.2';
const MANY = '198.51.100.3';
/** Mistypes thrice, gets in twenty minutes later. */
const GUEST = '203.0.113.50';
/** Mistypes thrice, then reads the site. */
const READER = '203.0.113.60';
const ALLOWED = '203.0.113.99';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-backtest-'));
  const failures = (ip: string, at: number, count: number): [number, string][] =>
    Array.from({ length: count }, (_, n) => [
      at + n * 5000,
      `sshd[7]: Failed password for user${n} from ${ip} port 22 ssh2`,
    ]);
  const login = (ip: string, at: number): [number, string] => [
    at,
    `sshd[7]: Accepted password for bob from ${ip} port 22 ssh2`,
  ];
  const three = NOW - 2 * DAY;
  syslog('auth.log.2.gz', failures(OLD, NOW - 5 * DAY, 6), NOW - 5 * DAY);
  syslog(
    'auth.log.1',
    [
      ...failures(FEW, three, 4),
      ...failures(GUEST, three + MINUTE, 3),
      login(GUEST, three + 20 * MINUTE),
      ...failures(READER, three + 30 * MINUTE, 3),
    ],
    three + 40 * MINUTE,
  );
  syslog(
    'auth.log',
    [...failures(MANY, NOW - 3 * 60 * MINUTE, 8), ...failures(ALLOWED, NOW - 2 * 60 * MINUTE, 9)],
    NOW,
  );
  const requests = Array.from({ length: 14 }, (_, n) =>
    request(READER, three + (31 + n) * MINUTE, `/page${n % 5}`, 200),
  );
  const gizmos = Array.from({ length: 6 }, (_, n) => request(MANY, three + n * 1000, '/gizmo/x', 403));
  const early = Array.from({ length: 6 }, (_, n) => request(FEW, three - 60 * MINUTE + n * 1000, '/gizmo/x', 403));
  writeFileSync(join(folder, 'access.log'), [...early, ...gizmos, ...requests].map((line) => `${line}\n`).join(''));
  config = join(folder, 'bekci.yaml');
  writeFileSync(
    config,
    `sources:\n  - {type: file, path: ${join(folder, 'auth.log')}}\n  - {type: file, path: ${join(folder, 'access.log')}, program: nginx}\ndecisions: {allowlist: [${ALLOWED}]}\n`,
  );
  writeFileSync(
    join(folder, 'gizmo.yml'),
    'title: Gizmo refused\nid: gizmo\nname: gizmo_refused\nlogsource: {category: webserver}\ndetection:\n  s: {url.path|startswith: /gizmo/, http.response.status_code: 403}\n  condition: s\nlevel: low\n---\ntitle: Gizmo brute force\nid: gizmo-many\ncorrelation: {type: event_count, rules: [gizmo_refused], group-by: [source.ip], timespan: 5m, condition: {gte: 5}}\nlevel: high\nbekci: {action: ban, ban: 30m}\n',
  );
});
afterAll(() => removeFolder(folder));

function syslog(name: string, lines: readonly [number, string][], writtenAt: number): void {
  const text = lines
    .map(([at, message]) => `${new Date(at).toISOString().replace('Z', '+00:00')} web ${message}\n`)
    .join('');
  const path = join(folder, name);
  writeFileSync(path, name.endsWith('.gz') ? gzipSync(text) : text);
  utimesSync(path, writtenAt / 1000, writtenAt / 1000);
}

function request(ip: string, at: number, path: string, status: number): string {
  const [, day, month, year, time] = /, (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(at).toUTCString())!;
  return `${ip} - - [${day}/${month}/${year}:${time} +0000] "GET ${path} HTTP/1.1" ${status} 15 "-" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"`;
}

function bekci(...args: string[]): { stdout: string; stderr: string; status: number | null } {
  return spawnSync(BEKCI, ['backtest', ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1', BEKCI_CONFIG: config },
    cwd: folder,
    timeout: 60_000,
  });
}

type Row = Record<string, unknown> & { type: string };

function rows(...args: string[]): Row[] {
  const { stdout, stderr } = bekci(...args, '--json');
  expect(stderr.replaceAll(/bekci: a rule was left out: .*rests on .*\n {2}hint: .*\n/g, '')).toBe('');
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row);
}

describe('a changed threshold', () => {
  it('whom it would ban besides, and what those did later', () => {
    const found = rows('--set', 'ssh_bruteforce.threshold=3', '--days', '3', '--addresses');
    expect(found.find((each) => each.type === 'rule')).toMatchObject({
      rule: { title: 'SSH brute force', action: 'ban' },
      refused: { allowlist: expect.any(Number) },
    });
    const banned = found.filter((each) => each.type === 'banned');
    expect(banned.map(({ ip, logins, usedSite }) => [ip, logins, usedSite])).toEqual([
      [FEW, 0, false],
      [GUEST, 1, false],
      [READER, 0, true],
    ]);
    expect(found.at(-1)).toMatchObject({
      type: 'summary',
      present: { banned: 1, loggedIn: 0, usedSite: 0 },
      proposed: { banned: 4, loggedIn: 1, usedSite: 1 },
      added: { banned: 3, loggedIn: 1, usedSite: 1 },
      both: 1,
      gone: 0,
      refused: { present: { allowlist: expect.any(Number) } },
    });
  });
  it('reads packed predecessors as far back as asked', () => {
    expect(rows('--set', 'ssh_bruteforce.threshold=3', '--days', '7').at(-1)).toMatchObject({
      present: { banned: 2 },
      proposed: { banned: 5 },
    });
  });
  it('a rule switched off bans nobody more', () => {
    const off = ['ssh_bruteforce', 'ssh_password_spraying'];
    const { proposed, gone } = rows(...off.flatMap((name) => ['--set', `${name}.enabled=false`]), '--days', '3').at(
      -1,
    )!;
    expect([proposed, gone]).toEqual([{ banned: 0, loggedIn: 0, usedSite: 0 }, 1]);
  });
});

describe('a new rule', () => {
  it('is compared over named logs, in whatever order its arguments come', () => {
    const found = rows('access.log', 'gizmo.yml', 'auth.log', '--program', 'nginx');
    expect(found[0]).toMatchObject({
      type: 'rule',
      rule: { id: 'gizmo-many' },
      detections: 2,
      detectionsNow: 0,
      banned: 2,
    });
    expect(found.at(-1)).toMatchObject({ added: { banned: 1 }, present: { banned: 1 } });
  });
  it('says it in words, in both languages', () => {
    const { stdout } = bekci('gizmo.yml', 'access.log');
    expect(stdout).toMatch(/Addresses banned\s+0\s+2/);
    expect(stdout).toContain('Gizmo brute force  high');
    const turkish = join(folder, 'tr.yaml');
    writeFileSync(turkish, 'language: tr\n');
    expect(bekci('gizmo.yml', 'access.log', '-c', turkish).stdout).toMatch(/Engellenen adres\s+0\s+2/);
  });
  it('one that never speaks is named too', () => {
    expect(bekci('gizmo.yml', 'auth.log').stdout).toContain('Gizmo brute force: no detection');
  });
});

it('reads the journal where that is the log', () => {
  const entry = (n: number): string =>
    JSON.stringify({
      __CURSOR: `s=1;i=${n}`,
      __REALTIME_TIMESTAMP: String((NOW - 60 * MINUTE + n * 1000) * 1000),
      _HOSTNAME: 'web',
      SYSLOG_IDENTIFIER: 'sshd',
      MESSAGE: `Failed password for user${n} from ${MANY} port 22 ssh2`,
    });
  const journalctl = join(folder, 'journalctl');
  const lines = Array.from({ length: 4 }, (_, n) => entry(n)).join('\n');
  writeFileSync(
    journalctl,
    `#!/bin/sh\ncase "$*" in *--unit=ssh*"-o json"*--since=@*) ;; *) exit 1 ;; esac\ncat <<'END'\n${lines}\nEND\n`,
    { mode: 0o755 },
  );
  const path = join(folder, 'journal.yaml');
  writeFileSync(path, `sources: [{type: journald, command: [${journalctl}], units: [ssh]}]\n`);
  expect(rows('--set', 'ssh_bruteforce.threshold=3', '--days', '1', '-c', path).at(-1)).toMatchObject({
    lines: 4,
    decoded: 4,
    present: { banned: 0 },
    proposed: { banned: 1 },
  });
});

it('says so when the journal cannot be read', () => {
  for (const command of ['/bin/false', join(folder, 'nowhere')]) {
    const path = join(folder, 'broken.yaml');
    writeFileSync(path, `sources: [{type: journald, command: [${command}]}]\n`);
    const { status, stderr } = bekci('--days', '1', '-c', path);
    expect([status, stderr]).toEqual([2, expect.stringContaining(`cannot read the journal with ${command}`)]);
  }
});

describe('the trade of a threshold', () => {
  it('shows for each who is banned, who came back, and how much got through', () => {
    const found = rows('--choose', 'ssh_bruteforce', '--days', '3', '--thresholds', '2,3,4,8,50');
    const table = found
      .filter((each) => each.type === 'threshold')
      .map(({ threshold, banned, loggedIn, usedSite, present, eventsBefore }) => [
        threshold,
        banned,
        loggedIn,
        usedSite,
        present,
        (eventsBefore as { most: number }).most,
      ]);
    expect(table).toEqual([
      [2, 4, 1, 1, false, 2],
      [3, 4, 1, 1, false, 3],
      [4, 2, 0, 0, false, 4],
      [5, 1, 0, 0, true, 5],
      [8, 1, 0, 0, false, 8],
      [50, 0, 0, 0, false, 0],
    ]);
  });
  it('of a rule of one’s own, in words', () => {
    const { stdout } = bekci('--choose', 'gizmo-many', 'gizmo.yml', 'access.log');
    expect(stdout).toMatch(/^ +5 +2 +0 +0 +0 +0 {2}5, at most 5 {2}← now$/m);
  });
});

describe('wrong input', () => {
  it.each([
    [[], 'no logs to look at'],
    [['--days', 'x'], '--days'],
    [['--days', '3', '--set', 'nonsuch.threshold=3'], 'no rule `nonsuch`'],
    [['--days', '3', '--set', 'ssh_bruteforce.threshold=none'], 'threshold'],
    [['--days', '3', '--set', 'ssh_bruteforce'], 'RULE.KEY=VALUE'],
    [['--days', '3', '--choose', 'ssh_login_failure'], 'no correlation'],
    [['nowhere.log'], 'nowhere.log'],
  ])('%j', (args, said) => {
    const { status, stderr } = bekci(...args);
    expect([status, stderr]).toEqual([2, expect.stringContaining(said)]);
    expect(stderr).not.toContain('    at ');
  });
});
