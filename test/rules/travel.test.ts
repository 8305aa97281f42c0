/** Logins from two countries within hours, with a database of countries and without one. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { mmdb } from '../labs/mmdb.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const folder = mkdtempSync(join(tmpdir(), 'bekci-travel-'));
afterAll(() => removeFolder(folder));

/** Titles of what a scan finds, with whom they are about. */
function found(databases: readonly string[], lines: readonly string[]): string[] {
  const [log, config] = [join(folder, 'auth.log'), join(folder, 'bekci.yaml')];
  writeFileSync(log, `${lines.join('\n')}\n`);
  writeFileSync(config, JSON.stringify({ state_dir: folder, geo: { databases } }));
  const bekci = join(import.meta.dirname, '..', '..', 'tools', 'bekci');
  const done = spawnSync(bekci, ['scan', '-c', config, log, '--json'], { encoding: 'utf8' });
  return done.stdout.split('\n').flatMap((line) => {
    if (!line.includes('"type":"detection"')) return [];
    const { rule, entity } = JSON.parse(line) as { rule: { title: string }; entity: Record<string, string> };
    return rule.title === 'Impossible travel' ? [entity['user.name'] ?? ''] : [];
  });
}

const login = (time: string, user: string, ip: string): string =>
  `Nov 24 ${time} web sshd[7]: Accepted publickey for ${user} from ${ip} port 4711 ssh2: ED25519 SHA256:x`;

it('speaks of an account in two countries within two hours, and of no other', { timeout: 60_000 }, () => {
  const file = join(folder, 'country.mmdb');
  const of = (code: string) => ({ country: { iso_code: code } });
  writeFileSync(file, mmdb('Country', { '203.0.113.0/24': of('TR'), '198.51.100.0/24': of('NZ') }));
  const lines = [
    login('08:00:00', 'anna', '203.0.113.7'),
    login('08:10:00', 'bert', '203.0.113.8'),
    login('08:20:00', 'bert', '203.0.113.9'),
    // Nobody knows where this is.
    login('08:30:00', 'bert', '192.0.2.1'),
    login('09:30:00', 'anna', '198.51.100.7'),
    login('11:00:00', 'bert', '198.51.100.7'),
  ];
  expect(found([file], lines)).toEqual(['anna']);
  expect(found([], lines)).toEqual([]);
});
