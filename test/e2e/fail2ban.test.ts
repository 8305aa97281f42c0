/** A fail2ban configuration of one's own moves in: import, config check, a live ban by its custom filter, and its live bans. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { removeFolder } from '../labs/remove-folder.ts';
import { isReading, until } from './lab.ts';

const BEKCI = join(import.meta.dirname, '..', '..', 'tools', 'bekci');
let folder = '';
let daemon: ChildProcess | null = null;

const FILES: Readonly<Record<string, string>> = {
  'etc/jail.conf': `[INCLUDES]
before = paths.conf
[DEFAULT]
ignoreip = 127.0.0.1/8 192.0.2.99 file:FOLDER/etc/ours file:/nowhere/ours
findtime = 10m
maxretry = 5
bantime = 1h
enabled = false
mode = normal
filter = %(__name__)s[mode=%(mode)s]
port = 0:65535
banaction = iptables-multiport
action = %(banaction)s[port="%(port)s"]
         sendmail-whois[dest="admin@example.org"]
[shop]
port = http,https
logpath = %(shop_log)s
[other]
logpath = /nowhere
`,
  'etc/jail.local': `[shop]
enabled = true
mode = strict
maxretry = 3
ignorecommand = /usr/local/bin/is-friend <ip>
ignoreregex = %(known/ignoreregex)s
              robot-2
bantime.increment = true
bantime.maxtime = 2d
bantime.multipliers = 1 3 9
bantime.factor = 2
[broken]
enabled = true
filter = nothing
logpath = /nowhere
`,
  'etc/filter.d/shop-common.conf': '[DEFAULT]\n__prefix = shop\\[\\d+\\]:\n',
  // Look-ahead, a condition and a back reference: what the linear engine of the rules does not run.
  'etc/filter.d/shop.conf': `[INCLUDES]
before = shop-common.conf
[Definition]
prefregex = ^\\s*%(__prefix)s <F-CONTENT>.+</F-CONTENT>$
failregex = ^(?!ok )login (?P<q>["']?)<F-USER>\\w+</F-USER>(?P=q) (?P<bad>refused )?(?(bad)by|for) <HOST>$
            <strict-<mode>>
strict-normal =
strict-strict = ^probe by <ADDR>$
ignoreregex = robot-1
datepattern = {^LN-BEG}
[Init]
mode = normal
`,
};

const LOG = () => join(folder, 'shop.log');
const write = (text: string): void => appendFileSync(LOG(), `${stamp()} shop[77]: ${text}\n`);

function stamp(): string {
  const now = new Date();
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`;
}

function bekci(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(BEKCI, args, { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' }, timeout: 60_000 });
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-f2b-'));
  for (const [name, text] of Object.entries({
    ...FILES,
    'etc/paths.conf': `[DEFAULT]\nshop_log = ${folder}/shop*.log\n`,
    'etc/fail2ban.conf': `[Definition]\ndbfile = ${folder}/bans.sqlite3\ndbpurgeage = 3d\n`,
  })) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text.replaceAll('FOLDER', folder));
  }
  writeFileSync(join(folder, 'etc/ours'), '# the office\n192.0.2.128/25 ; lab\n');
  writeFileSync(LOG(), '');
  writeFileSync(join(folder, 'nothing.log'), '');
  writeFileSync(join(folder, 'block.sh'), `#!/bin/sh\necho "$1 $2" >> ${folder}/blocked\n`);
  chmodSync(join(folder, 'block.sh'), 0o755);
  const db = new DatabaseSync(join(folder, 'bans.sqlite3'));
  db.exec('CREATE TABLE bips(ip TEXT, jail TEXT, timeofban INTEGER, bantime INTEGER, bancount INTEGER, data JSON)');
  const now = Math.floor(Date.now() / 1000);
  const add = db.prepare('INSERT INTO bips VALUES (?, ?, ?, ?, 1, NULL)');
  add.run('203.0.113.50', 'shop', now - 100, 3600);
  add.run('203.0.113.51', 'shop', now - 7200, 3600);
  add.run('2001:db8::5', 'shop', now - 100, -1);
  db.close();
});

afterAll(async () => {
  if (daemon !== null && daemon.exitCode === null) {
    const gone = new Promise((resolve) => daemon!.once('exit', resolve));
    daemon.kill('SIGTERM');
    await gone;
  }
  removeFolder(folder);
});

it('imports, says what was mapped and what was not, and writes a right configuration', { timeout: 60_000 }, () => {
  const dry = bekci('fail2ban', 'import', join(folder, 'etc'), '--output', join(folder, 'out'), '--dry-run', '--json');
  expect(dry.stderr).toBe('');
  const rows = dry.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(existsSync(join(folder, 'out'))).toBe(false);
  expect(rows.at(-1)).toMatchObject({ type: 'summary', jails: 1, broken: 1, disabled: 1 });
  const shop = rows.find((row) => row.type === 'jail') as { settings: object; notes: string[]; actions: object[] };
  expect(shop.settings).toMatchObject({
    filter: 'shop[mode=strict]',
    maxretry: 3,
    bantime: '1h',
    ignoreip: ['127.0.0.0/8', '192.0.2.99', '192.0.2.128/25'],
    set: { ignoreregex: 'robot-1\nrobot-2' },
    growth: [6, 18],
    ceiling: '2d',
  });
  expect(shop.notes.join('\n')).toContain('is-friend');
  expect(shop.notes.join('\n')).toContain('http,https');
  expect(shop.notes.join('\n')).toContain('ours taken over: 1;');
  expect(shop.notes.join('\n')).toContain('/nowhere/ours cannot be read');
  expect(shop.actions).toMatchObject([
    { action: 'iptables-multiport', responder: { type: 'nftables' } },
    { action: 'sendmail-whois', responder: null },
  ]);
  expect(rows.find((row) => row.type === 'broken')).toMatchObject({ name: 'broken' });
  expect(rows.find((row) => row.type === 'bans')).toMatchObject({ count: 2 });

  const wrote = bekci('fail2ban', 'import', join(folder, 'etc'), '--output', join(folder, 'out'));
  expect(wrote.status).toBe(0);
  const check = bekci('config', 'check', '-c', join(folder, 'out', 'bekci.yaml'));
  expect(check).toMatchObject({ status: 0, stderr: '' });
  const text = readFileSync(join(folder, 'out', 'bekci.yaml'), 'utf8');
  expect(text).toContain('escalation: 2');
  expect(text).toContain('ceiling: 2d');
  expect(text).toContain('memory: 3d');
  expect(readFileSync(join(folder, 'out/fail2ban/filter.d/shop.conf'), 'utf8')).toBe(FILES['etc/filter.d/shop.conf']);
  expect(bekci('fail2ban', 'import', join(folder, 'etc'), '--output', join(folder, 'out')).status).toBe(2);
});

it('bans live whom the jail would, and takes over live bans', { timeout: 90_000 }, async () => {
  const config = join(folder, 'out', 'bekci.yaml');
  const text = readFileSync(config, 'utf8')
    .replace(
      /^mode: .*/m,
      `mode: enforce\nstate_dir: ${folder}/state\nhttp: {enabled: false}\nanomaly: {enabled: false}`,
    )
    .replace(/^sources: auto/m, `sources: [{type: file, path: ${folder}/nothing.log}]`)
    .replace(/ {2}- type: nftables/, `  - {type: command, add: [${folder}/block.sh, "{ip}", "{seconds}"]}`);
  writeFileSync(config, text);
  daemon = spawn(BEKCI, ['run', '-c', config], { stdio: ['ignore', 'ignore', 'inherit'] });
  await until('bekci runs', () => isReading(join(folder, 'state')));
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const blocked = (): string =>
    existsSync(join(folder, 'blocked')) ? readFileSync(join(folder, 'blocked'), 'utf8') : '';
  for (let n = 0; n < 3; n++) write('login robot-2 for 203.0.113.10');
  for (let n = 0; n < 4; n++) write('login root for 192.0.2.99');
  write('ok login root for 203.0.113.11');
  for (let n = 0; n < 2; n++) write('login "root" refused by 203.0.113.12');
  write('login "root\' refused by 203.0.113.12');
  for (let n = 0; n < 2; n++) write("login 'root' refused by 203.0.113.13");
  write('probe by 203.0.113.13');
  await until('the third failure is answered', () => /203\.0\.113\.13 3[56]\d\d/.test(blocked()));
  expect(blocked()).not.toMatch(/203\.0\.113\.1[012]|192\.0\.2\.99/);
  const why = bekci('why', '203.0.113.13', '-c', config, '--json');
  expect(why.stdout).toContain('fail2ban-shop');

  // A log that the jail's pattern names and that was not there at the start.
  for (let n = 0; n < 3; n++)
    appendFileSync(join(folder, 'shop-new.log'), `${stamp()} shop[78]: probe by 203.0.113.14\n`);
  await until('a new log is read', () => /203\.0\.113\.14 3[56]\d\d/.test(blocked()));

  const handed = bekci('fail2ban', 'bans', '--database', join(folder, 'bans.sqlite3'), '-c', config, '--json');
  expect(handed.status).toBe(0);
  expect(JSON.parse(handed.stdout.trim().split('\n').at(-1)!)).toMatchObject({ type: 'summary', ended: 1 });
  await until('the ban with time left is in force', () => /203\.0\.113\.50 3[45]\d\d/.test(blocked()));
  expect(blocked()).not.toContain('203.0.113.51');
});
