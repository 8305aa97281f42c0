/** A machine with a real systemd as its first process: a container over a copy-on-write view of this machine's disk. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { removeFolder } from './remove-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
/** Where the checkout is inside. */
export const INSIDE = '/opt/bekci-source';

/** A booted machine. */
export interface Machine {
  run(...command: readonly string[]): {
    readonly status: number | null;
    readonly stdout: string;
    readonly stderr: string;
  };
  /** Files as the machine sees them, from outside. */
  readonly root: string;
  close(): Promise<void>;
}

/** Boots one, or says why it cannot. */
export async function bootMachine(): Promise<Machine | string> {
  if (process.getuid?.() !== 0) return 'needs root';
  for (const program of ['systemd-nspawn', 'nsenter', 'nft'])
    if (spawnSync('which', [program]).status !== 0) return `${program} is not installed`;
  const folder = mkdtempSync(join(tmpdir(), 'bekci-machine-'));
  const [disk, root] = [join(folder, 'disk'), join(folder, 'root')];
  for (const path of [disk, root]) mkdirSync(path);
  const mounts: string[] = [];
  let container: ChildProcess | null = null;

  async function close(): Promise<void> {
    if (container !== null && container.exitCode === null && container.signalCode === null) {
      const gone = new Promise((resolve) => container?.once('exit', resolve));
      const init = firstProcess(container.pid!);
      if (init !== null) process.kill(init, 'SIGKILL');
      else container.kill('SIGKILL');
      await gone;
    }
    for (const path of mounts.toReversed()) spawnSync('umount', ['-l', path]);
    removeFolder(folder);
  }

  const mount = (path: string, ...args: string[]): string | null => {
    const done = spawnSync('mount', [...args, path], { encoding: 'utf8' });
    if (done.status === 0) mounts.push(path);
    return done.status === 0 ? null : done.stderr.trim();
  };
  const faults = [mount(disk, '-t', 'tmpfs', 'tmpfs')];
  for (const name of ['upper', 'work']) mkdirSync(join(disk, name));
  faults.push(mount(root, '-t', 'overlay', 'overlay', '-o', `lowerdir=/,upperdir=${disk}/upper,workdir=${disk}/work`));
  const fault = faults.find((each) => each !== null);
  if (fault !== undefined) {
    await close();
    return `no copy-on-write disk: ${fault}`;
  }
  // Only what every machine starts, not the services that happen to be installed here.
  writeFileSync(
    join(root, 'etc/systemd/system/lab.target'),
    '[Unit]\nRequires=basic.target\nAfter=basic.target\nAllowIsolate=yes\n',
  );
  writeFileSync(join(root, 'etc/machine-id'), `${'0'.repeat(31)}1\n`);
  removeFolder(join(root, 'run/systemd'));
  container = spawn(
    'systemd-nspawn',
    [
      `--directory=${root}`,
      `--machine=bkm${process.pid}`,
      `--bind-ro=${ROOT}:${INSIDE}`,
      '--register=no',
      '--keep-unit',
      '--private-network',
      '--link-journal=no',
      '--console=pipe',
      '--boot',
      'systemd.unit=lab.target',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  for (const stream of [container.stdout, container.stderr])
    stream?.on('data', (part: Buffer) => {
      said = (said + part.toString('utf8')).slice(-4000);
    });

  function run(...command: readonly string[]) {
    const init = firstProcess(container!.pid!);
    if (init === null) return { status: null, stdout: '', stderr: 'the machine is down' };
    const done = spawnSync(
      'nsenter',
      ['-t', String(init), '-m', '-u', '-i', '-n', '-p', '-C', '-r', '-w', '--', ...command],
      {
        encoding: 'utf8',
        timeout: 60_000,
        env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LANG: 'C.UTF-8' },
      },
    );
    return { status: done.status, stdout: done.stdout, stderr: done.stderr };
  }

  for (const end = Date.now() + 40_000; Date.now() < end; ) {
    if (container.exitCode !== null) break;
    if (run('systemctl', 'is-active', 'lab.target').stdout.trim() === 'active') return { run, root, close };
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
  await close();
  return `systemd does not boot in a container here: ${said.trim().split('\n').slice(-3).join(' | ')}`;
}

/** The container's init, a child of systemd-nspawn. */
function firstProcess(parent: number): number | null {
  try {
    const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'latin1').trim().split(' ');
    return children[0] === '' || children[0] === undefined ? null : Number(children[0]);
  } catch {
    return null;
  }
}
