/** `bekci search` as a person types it: lines in the order of the files, JSON, exit codes, a fault under its place. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, it, vi } from 'vitest';
import { removeFolder } from '../labs/remove-folder.ts';

vi.setConfig({ testTimeout: 120_000 });
const BEKCI = join(import.meta.dirname, '../../tools/bekci');
const folder = mkdtempSync(join(tmpdir(), 'bekci-search-'));
afterAll(() => removeFolder(folder));

function search(...args: string[]) {
  return spawnSync(BEKCI, ['search', ...args], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
}

const line = (hour: number, user: string, ip: string): string =>
  `2026-11-24T0${hour}:00:00Z web sshd[1]: Failed password for ${user} from ${ip} port 22 ssh2`;
const log = join(folder, 'auth.log');
writeFileSync(log, `${line(5, 'root', '203.0.113.7')}\n${line(6, 'x\u001b[31m', '203.0.113.8')}\n`);
writeFileSync(`${log}.1.gz`, gzipSync(`${line(4, 'root', '203.0.113.7')}\n`));
// Written in the same moment here, hours before anywhere else.
utimesSync(`${log}.1.gz`, new Date('2026-11-24T04:30:00Z'), new Date('2026-11-24T04:30:00Z'));

it('searches the configured sources, the oldest file first', () => {
  mkdirSync(join(folder, 'state'));
  const config = join(folder, 'bekci.yaml');
  writeFileSync(config, `state_dir: ${join(folder, 'state')}\nsources: [{type: file, path: ${log}}]\n`);
  const { stdout, status } = search('user.name:root', '--json', '-c', config);
  const records = stdout
    .trim()
    .split('\n')
    .map((text) => JSON.parse(text) as Record<string, unknown>);
  expect(status).toBe(0);
  expect(records.map((each) => each.at)).toEqual(['2026-11-24T04:00:00.000Z', '2026-11-24T05:00:00.000Z', undefined]);
  expect(records.at(-1)).toMatchObject({ type: 'summary', lines: 3, matched: 2 });
});

it('shows hostile lines as text, and says how much there was', () => {
  const { stdout, stderr, status } = search('source.ip:203.0.113.8', log);
  expect([status, stdout.includes('\u001b'), stdout.includes('\\x1b[31m')]).toEqual([0, false, true]);
  expect(stderr).toContain('1 of 2 lines; files read: 1');
});

it('ends with 1 when nothing is found, 2 when something is wrong', () => {
  expect(search('nothing', log).status).toBe(1);
  const wrong = search('failed and (', log);
  expect(wrong.status).toBe(2);
  expect(wrong.stderr).toContain('query:1:12');
  expect(wrong.stderr).toMatch(/hint: failed and \(\n {19}\^/);
  expect(search('x', join(folder, 'nowhere.log')).status).toBe(2);
  expect(search('sorce.ip:x', log).stderr).toContain('did you mean source.ip?');
});
