/** A machine nobody configured: the log of logins is begun after the start, and the attack in its first lines is seen. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { removeFolder } from '../labs/remove-folder.ts';

const BEKCI = join(import.meta.dirname, '../../tools/bekci');
const folder = mkdtempSync(join(tmpdir(), 'bekci-later-'));
afterAll(() => removeFolder(folder));

/** A /var/log of its own, where auth.log appears some seconds later. */
const MACHINE = `
mount -t tmpfs tmpfs /var/log && touch /var/log/syslog || exit 70
( until [ -e "$2/go" ]; do sleep 0.2; done
  for n in 1 2 3 4 5 6; do
    echo "$(LC_ALL=C date '+%b %e %H:%M:%S') web sshd[9]: Failed password for root from 203.0.113.7 port 400$n ssh2"
  done > /var/log/auth.log ) &
exec "$1" run --state-dir "$2"`;

const isAble = spawnSync('unshare', ['-m', 'true']).status === 0;
if (!isAble) console.warn('skipped: no right to a mount namespace');

test.skipIf(!isAble)('a log that comes later is found and read from its first line', { timeout: 180_000 }, async () => {
  const env = { ...process.env, XDG_CONFIG_HOME: folder };
  const daemon = spawn('unshare', ['-m', 'sh', '-c', MACHINE, 'sh', BEKCI, folder], { env });
  let said = '';
  daemon.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  try {
    await expect.poll(() => said, { timeout: 60_000 }).toContain('reads file:/var/log/syslog');
    writeFileSync(join(folder, 'go'), '');
    await expect
      .poll(() => said, { timeout: 90_000 })
      .toContain('a new log is read from now on: file:/var/log/auth.log');
    await expect.poll(() => said, { timeout: 20_000 }).toContain('ban=203.0.113.7');
  } finally {
    daemon.kill();
    await once(daemon, 'exit');
  }
});
