/** `bekci fail2ban test` and `parity` as a person calls them; parity against the installed fail2ban where there is one. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeLogs } from '../../bench/fail2ban-lines.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const BEKCI = join(import.meta.dirname, '../../tools/bekci');
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bekci-f2b-cli-'));
  mkdirSync(join(folder, 'filter.d'));
  writeFileSync(
    join(folder, 'filter.d/app.conf'),
    '[Definition]\nfailregex = ^\\s*app: <F-USER>\\S+</F-USER> refused <HOST><tail>$\ntail =\n[Init]\ntail = \\s*\n',
  );
  writeFileSync(join(folder, 'filter.d/odd.conf'), '[Definition]\nfailregex = ^\\s*app: nobody$\n');
});
afterAll(() => removeFolder(folder));

function bekci(args: readonly string[], input = ''): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, NO_COLOR: '1', TZ: 'UTC' };
  return spawnSync(BEKCI, args, { encoding: 'utf8', input, env, timeout: 120_000, maxBuffer: 1 << 26 });
}

const rowsOf = (text: string): Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

it('answers each line, numbered from 1', () => {
  const lines =
    '2026-03-10 11:00:00 app: root refused 203.0.113.7\nnothing\n2026-03-10 11:00:00 app: a refused host.example\n';
  const answer = bekci(['fail2ban', 'test', '--config', folder, '--filter', 'app', '--json'], lines);
  expect(answer).toMatchObject({ status: 0, stderr: '' });
  expect(rowsOf(answer.stdout)).toEqual([
    { n: 1, match: true, host: '203.0.113.7', user: 'root', time: '2026-03-10T11:00:00.000Z' },
    { n: 2, match: false },
    { n: 3, match: true, host: 'host.example', user: 'a', time: '2026-03-10T11:00:00.000Z' },
  ]);
  const other = bekci(
    ['fail2ban', 'test', '--config', folder, '--filter', 'app', '--option', 'tail=!', '--json'],
    lines,
  );
  expect(rowsOf(other.stdout).map(({ match }) => match)).toEqual([false, false, false]);
});

it('says what is wrong: no such filter, a bad option, a filter that fail2ban would refuse', () => {
  expect(bekci(['fail2ban', 'test', '--config', folder, '--filter', 'none'])).toMatchObject({ status: 2 });
  expect(bekci(['fail2ban', 'test', '--config', folder, '--filter', 'app', '--option', 'x']).stderr).toContain(
    'key=value',
  );
  const odd = bekci(['fail2ban', 'test', '--config', folder, '--filter', 'odd', '--json'], 'app: nobody\n');
  expect(odd.stderr).toContain('<HOST>');
  expect(rowsOf(odd.stdout)[0]).toMatchObject({ n: 1, match: false });
});

const installed = spawnSync('/usr/bin/python3', ['-c', 'import fail2ban']).status === 0;
if (!installed) console.log('skipped: fail2ban is not installed, so there is nothing to compare with');

it.skipIf(!installed)('answers as the installed fail2ban does', { timeout: 120_000 }, () => {
  const logs = [...makeLogs(150)].map(([name, lines]) => {
    const file = join(folder, `${name}.log`);
    writeFileSync(file, `${lines.join('\n')}\n`);
    return file;
  });
  const filters = ['sshd', 'postfix', 'dovecot', 'nginx-http-auth', 'apache-auth', 'slapd', 'mongodb-auth', 'recidive'];
  const answer = bekci(['fail2ban', 'parity', '--json', ...logs, '--filter', ...filters]);
  const rows = rowsOf(answer.stdout);
  expect(rows.filter(({ type }) => type === 'difference')).toEqual([]);
  expect(rows.at(-1)).toMatchObject({ type: 'summary', pairs: 8 * 4 * 150, share: 1 });
  expect(answer.status).toBe(0);
  expect(
    rows.filter((row) => row.type === 'filter' && row.filter === 'sshd').some((row) => Number(row.failures) > 10),
  ).toBe(true);
});
