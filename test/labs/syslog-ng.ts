/** syslog-ng for tests: the machine's, or the one that tools/fetch-syslog-ng.sh unpacked. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const UNPACKED = join(import.meta.dirname, '..', '..', '.runtime', 'syslog-ng');
const PROGRAM = ['/usr/sbin/syslog-ng', join(UNPACKED, 'usr/sbin/syslog-ng')].find(existsSync);

/** True when there is one. */
export const hasSyslogNg = PROGRAM !== undefined;

/** Starts it in a folder with a configuration that begins behind `@version`. */
export function startSyslogNg(folder: string, config: string): ChildProcess {
  const root = PROGRAM!.startsWith(UNPACKED) ? UNPACKED : '';
  const base = join(root, '/usr/lib/syslog-ng');
  const version = readdirSync(base).find((name) => /^\d+\.\d+$/.test(name))!;
  mkdirSync(join(folder, 'ng'), { recursive: true });
  const file = join(folder, 'ng', 'syslog-ng.conf');
  writeFileSync(file, `@version: ${version}\n${config}`);
  const triple = readdirSync(join(root, '/usr/lib')).find((name) => name.endsWith('-linux-gnu')) ?? '';
  const libraries = [join(root, 'usr/lib', triple), join(root, 'lib', triple), join(base, version), base].join(':');
  const state = ['persist', 'ctl', 'pid'].flatMap((name) => [
    `--${name === 'persist' ? 'persist-file' : name === 'ctl' ? 'control' : 'pidfile'}`,
    join(folder, 'ng', name),
  ]);
  return spawn(PROGRAM!, ['-F', '--no-caps', '-f', file, '--module-path', join(base, version), ...state], {
    stdio: 'ignore',
    env: { ...process.env, LD_LIBRARY_PATH: libraries },
  });
}
