/** What install and uninstall ask of the running system: users, folders, units, the table in the kernel. */
import { existsSync } from 'node:fs';
import { fail } from '../kit/errors.ts';
import { isExecutable } from '../kit/executable.ts';
import { runCommand } from '../kit/run-command.ts';
import type { Tell } from './disk.ts';
import { UNITS } from './places.ts';

const RUN_MS = 60_000;
const PATHS = ['/usr/bin', '/bin', '/usr/sbin', '/sbin'];

/** Runs one command of the system and tells it; a failure is told and, when it matters, thrown. */
export interface System {
  /** The machine was booted with systemd. */
  readonly isBooted: boolean;
  makeUsers(): Promise<void>;
  startUnits(): Promise<void>;
  stopUnits(): Promise<void>;
  reload(): Promise<void>;
  liftBans(): Promise<void>;
  removeUsers(): Promise<void>;
}

/** The system this runs on; with `dryRun` commands are only told. */
export function createSystem(dryRun: boolean, tell: Tell): System {
  const isBooted = existsSync('/run/systemd/system');

  async function run(command: readonly string[], note: string, must: boolean): Promise<boolean> {
    tell({ do: 'run', what: command.join(' '), note });
    if (dryRun) return true;
    const done = await runCommand(command, { signal: AbortSignal.timeout(RUN_MS) });
    if (done.code === 0) return true;
    if (must)
      fail('INSTALL_COMMAND', {
        message: `\`${command.join(' ')}\` failed: ${done.stderr.trim().split('\n')[0] || (done.failed ?? `exit ${done.code}`)}`,
        hint: 'see journalctl -xe; `bekci install` may be run again, it does only what is missing',
      });
    return false;
  }

  return {
    isBooted,
    async makeUsers() {
      await run(['systemd-sysusers', '/usr/lib/sysusers.d/bekci.conf'], 'userdel bekci bekci-helper', true);
      await run(['systemd-tmpfiles', '--create', '/usr/lib/tmpfiles.d/bekci.conf'], 'rmdir /run/bekci', true);
    },
    async reload() {
      if (isBooted) await run(['systemctl', 'daemon-reload'], 'nothing to take back', true);
    },
    async startUnits() {
      const units = ['bekci-helper.socket', 'bekci.service'];
      await run(['systemctl', 'enable', ...units], `systemctl disable ${units.join(' ')}`, true);
      await run(['systemctl', 'restart', 'bekci-helper.socket'], 'systemctl stop bekci-helper.socket', true);
      // Running ones take up the new program; bans stay in the kernel meanwhile.
      await run(['systemctl', 'restart', 'bekci.service'], 'systemctl stop bekci', true);
    },
    async stopUnits() {
      await run(['systemctl', 'disable', '--now', ...UNITS], 'systemctl enable --now bekci', false);
    },
    async liftBans() {
      await run(['nft', 'delete', 'table', 'inet', 'bekci'], 'bans come back when bekci is started again', false);
    },
    async removeUsers() {
      for (const user of ['bekci', 'bekci-helper'])
        await run(['userdel', user], 'systemd-sysusers makes it again', false);
      for (const group of ['bekci', 'bekci-helper']) await run(['groupdel', group], 'systemd-sysusers', false);
    },
  };
}

/** Throws when this machine cannot take an installation. */
export function assertInstallable(): void {
  if (process.getuid?.() !== 0)
    fail('INSTALL_ROOT', { message: 'only root can install', hint: 'sudo bekci install, or --dry-run, or --root DIR' });
  for (const program of ['systemctl', 'systemd-sysusers', 'systemd-tmpfiles'])
    if (!PATHS.some((folder) => isExecutable(`${folder}/${program}`)))
      fail('INSTALL_NO_SYSTEMD', {
        message: `${program} is not on this machine`,
        hint: '`bekci install` is for machines with systemd; elsewhere start `bekci run` from your own init system',
      });
}
