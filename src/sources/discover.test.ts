/** What is found on a machine that nobody configured: engines of containers, theirs files, and nothing where nothing is. */
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openPodman } from '../../test/labs/podman.ts';
import { removeFolder } from '../../test/labs/remove-folder.ts';
import { readSource } from '../../test/labs/source-reader.ts';
import { silentLog } from '../kit/log.ts';
import { createSource } from './all.ts';
import { sourceSettings } from './all-settings.ts';
import { discoverContainers, discoverSources, missesLogins } from './discover.ts';

const folder = mkdtempSync(join(tmpdir(), 'bekci-discover-'));
const servers: Server[] = [];
const podman = openPodman(folder);
if (typeof podman === 'string') console.warn(`skipped: ${podman}`);
afterAll(() => {
  for (const each of servers) each.close();
  if (typeof podman !== 'string') podman.close();
  removeFolder(folder);
});

function machine(name: string, ...folders: string[]): string {
  const root = join(folder, name);
  for (const each of ['run', ...folders]) mkdirSync(join(root, each), { recursive: true });
  return root;
}

async function socketAt(path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true });
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => void server.listen(path, resolve));
}

test('a machine without containers is not bothered', () => {
  expect(discoverContainers(machine('bare'))).toEqual([]);
  const root = machine('plain-file');
  writeFileSync(join(root, 'run/docker.sock'), '');
  expect(discoverContainers(root)).toEqual([]);
});

test('a packet that rsyslog writes into three logs is read once; a kernel log that stands alone is read', () => {
  const root = machine('rsyslog', 'var/log');
  const log = (name: string, text: string): void => writeFileSync(join(root, 'var/log', name), text);
  const names = (): string[] => discoverSources(root).map(({ path }) => path!.slice(join(root, 'var/log/').length));
  const packet =
    'Nov 24 03:00:00 web kernel: [17.1] [UFW BLOCK] IN=eth0 SRC=203.0.113.7 DST=192.0.2.1 PROTO=TCP DPT=23\n';
  log('syslog', `${packet}Nov 24 03:00:01 web cron[1]: tick\n`);
  log('kern.log', packet);
  log('ufw.log', packet);
  expect(names()).toEqual(['syslog']);
  // Just rotated: the shared line is in the older pieces.
  log('syslog.1', packet);
  log('syslog', '');
  log('kern.log.1', packet);
  log('kern.log', '');
  expect(names()).toEqual(['syslog']);
  // `& stop` behind UFW's rule: they stand in ufw.log alone.
  log('syslog.1', '');
  log('kern.log.1', '');
  expect(names()).toEqual(['syslog', 'kern.log', 'ufw.log']);
});

test('SSH without a log of logins is noticed', () => {
  const root = machine('blind', 'etc/ssh', 'var/log/nginx');
  writeFileSync(join(root, 'var/log/nginx/access.log'), '');
  expect(missesLogins(root)).toBe(false);
  writeFileSync(join(root, 'etc/ssh/sshd_config'), '');
  expect(missesLogins(root)).toBe(true);
  writeFileSync(join(root, 'var/log/auth.log'), '');
  expect(missesLogins(root)).toBe(false);
});

test('the socket of Docker, or else its files, and Podman beside it once', async () => {
  const files = 'var/lib/docker/containers';
  const byFiles = machine('files', files);
  expect(discoverContainers(byFiles)).toEqual([{ type: 'docker-files', path: join(byFiles, files) }]);
  const docker = machine('docker', files);
  await socketAt(join(docker, 'run/docker.sock'));
  expect(discoverContainers(docker)).toEqual([{ type: 'docker', path: join(docker, 'run/docker.sock') }]);
  await socketAt(join(docker, 'run/podman/podman.sock'));
  expect(discoverContainers(docker).map(({ path }) => path)).toEqual(
    ['run/docker.sock', 'run/podman/podman.sock'].map((name) => join(docker, name)),
  );
  const both = machine('podman-docker', 'run/podman');
  await socketAt(join(both, 'run/podman/podman.sock'));
  symlinkSync('podman/podman.sock', join(both, 'run/docker.sock'));
  expect(discoverContainers(both)).toEqual([{ type: 'docker', path: join(both, 'run/docker.sock') }]);
});

test.skipIf(typeof podman === 'string')(
  'what is found is read, but for containers whose driver hands their lines to another log',
  async () => {
    if (typeof podman === 'string') return;
    await podman.serve();
    const root = machine('real', 'run/podman');
    symlinkSync(podman.socket, join(root, 'run/podman/podman.sock'));
    const [found] = discoverContainers(root);
    const read = (excluded: string[]) => {
      const settings = sourceSettings.parse({ type: 'docker', socket: found!.path, exclude_drivers: excluded });
      const source = createSource(settings, { log: silentLog, now: Date.now });
      return { source, reading: readSource(source) };
    };
    const all = read(['journald', 'syslog']);
    const none = read(['json-file', 'k8s-file']);
    await expect.poll(() => [all, none].map(({ source }) => source.health().state)).toEqual(['reading', 'reading']);
    podman.start('found', 'echo "Failed password for root from 203.0.113.7 port 22 ssh2"; sleep 100');
    await all.reading.lines(1);
    expect(all.reading.texts[0]).toContain('203.0.113.7');
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(none.reading.texts).toEqual([]);
    await Promise.all([all.reading.stop(), none.reading.stop()]);
  },
  40_000,
);
