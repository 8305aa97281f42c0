/** Real containers for tests: Podman over a root file system that holds only busybox, without network or images. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { until } from './source-reader.ts';

const PODMAN = ['/usr/bin/podman'].find(existsSync);
const BUSYBOX = ['/bin/busybox', '/usr/bin/busybox'].find(existsSync);
const RUNTIME = ['/usr/sbin/runc', '/usr/bin/crun'].find(existsSync);

/** Containers in a folder. */
export interface Podman {
  readonly socket: string;
  /** Runs a shell script in a new container in the background; its id. */
  start(name: string, script: string, ...options: string[]): string;
  command(...args: string[]): string;
  serve(): Promise<void>;
  endService(): void;
  close(): void;
}

/** Podman in this folder, or why there is none. */
export function openPodman(folder: string): Podman | string {
  if (PODMAN === undefined || BUSYBOX === undefined || RUNTIME === undefined)
    return 'podman, runc or a static busybox is not installed';
  const root = join(folder, 'rootfs');
  mkdirSync(join(root, 'bin'), { recursive: true });
  copyFileSync(BUSYBOX, join(root, 'bin/busybox'));
  for (const name of ['sh', 'echo', 'sleep', 'cat', 'seq', 'tr', 'head'])
    symlinkSync('busybox', join(root, 'bin', name));
  const socket = join(folder, 'podman.sock');
  const place = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--tmpdir', join(folder, 'tmp')];
  const own = [
    ...place,
    '--runtime',
    RUNTIME,
    '--cgroup-manager',
    'cgroupfs',
    '--events-backend',
    'file',
    '--storage-driver',
    'vfs',
  ];
  let service: ChildProcess | null = null;

  const command = (...args: string[]): string =>
    execFileSync(PODMAN, [...own, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  const podman: Podman = {
    socket,
    command,
    start(name, script, ...options) {
      const limits = ['--network', 'none', '--ulimit', 'nofile=1024:1024', '--ulimit', 'nproc=1024:1024'];
      return command('run', '-d', '--name', name, ...limits, ...options, '--rootfs', root, '/bin/sh', '-c', script);
    },
    async serve() {
      rmSync(socket, { force: true });
      service = spawn(PODMAN, [...own, 'system', 'service', '--time=0', `unix://${socket}`], { stdio: 'ignore' });
      await until(() => existsSync(socket), 'the socket of podman');
    },
    endService() {
      service?.kill('SIGKILL');
      service = null;
    },
    close() {
      podman.endService();
      try {
        command('rm', '--all', '--force', '--time', '0');
      } catch {
        // Nothing was made.
      }
    },
  };
  try {
    podman.start('probe', 'echo probe');
    command('rm', '--force', '--time', '0', 'probe');
    return podman;
  } catch (error) {
    return `containers cannot run here: ${String((error as { stderr?: string }).stderr ?? error).trim()}`;
  }
}
