/** A small network of real hosts for end-to-end tests: namespaces, a real rsyslogd and sshd, everything cleaned up again. */
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Status } from '../../src/engine/handle.ts';
import { removeFolder } from '../labs/remove-folder.ts';

const ROOT = join(import.meta.dirname, '..', '..');
let labs = 0;

/** Why the lab cannot be built here, or null. */
export function labProblem(tools: readonly string[]): string | null {
  if (process.getuid?.() !== 0) return 'needs root for network namespaces';
  const missing = ['ip', 'nft', ...tools].filter(
    (tool) => spawnSync('sh', ['-c', `PATH=$PATH:/usr/sbin:/sbin command -v ${tool}`]).status !== 0,
  );
  if (missing.length > 0) return `not installed: ${missing.join(', ')}`;
  const name = `bkp${process.pid}`;
  const made = spawnSync('ip', ['netns', 'add', name], { encoding: 'utf8' });
  if (made.status !== 0) return `no network namespaces here: ${made.stderr.trim()}`;
  const nft = spawnSync('ip', ['netns', 'exec', name, 'nft', 'add', 'table', 'inet', 'probe'], { encoding: 'utf8' });
  spawnSync('ip', ['netns', 'delete', name]);
  return nft.status === 0 ? null : `nftables does not work in a namespace: ${nft.stderr.trim()}`;
}

/** The running lab. Attacker 203.0.113.7, another client 198.51.100.7; the server is .1 in both networks. */
export interface Lab {
  readonly folder: string;
  readonly server: string;
  readonly attacker: string;
  readonly client: string;
  /** Starts a program (argument array) in a namespace; ended with the lab. */
  start(namespace: string | null, command: readonly string[], log?: string): ChildProcess;
  run(
    namespace: string,
    command: readonly string[],
    input?: string,
  ): { status: number | null; stdout: string; stderr: string };
  /** True when a TCP connection from the namespace to the address gets through within two seconds. */
  connects(namespace: string, address: string, port: number): boolean;
  bekci(config: string): ChildProcess;
  close(): Promise<void>;
}

/** Builds the network. */
export function createLab(): Lab {
  const id = `${process.pid}-${labs++}`;
  const folder = mkdtempSync(join(tmpdir(), 'bekci-lab-'));
  const [server, attacker, client] = [`bks${id}`, `bka${id}`, `bkc${id}`];
  const children: ChildProcess[] = [];
  const ip = (...args: string[]): void => void execFileSync('ip', args);
  const inside = (namespace: string, ...args: string[]): void => void execFileSync('ip', ['-n', namespace, ...args]);
  for (const namespace of [server, attacker, client]) {
    ip('netns', 'add', namespace);
    inside(namespace, 'link', 'set', 'lo', 'up');
  }
  for (const [index, [namespace, network]] of (
    [
      [attacker, '203.0.113'],
      [client, '198.51.100'],
    ] as const
  ).entries()) {
    inside(server, 'link', 'add', `srv${index}`, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', namespace);
    inside(server, 'addr', 'add', `${network}.1/24`, 'dev', `srv${index}`);
    inside(server, 'link', 'set', `srv${index}`, 'up');
    inside(namespace, 'addr', 'add', `${network}.7/24`, 'dev', 'eth0');
    inside(namespace, 'link', 'set', 'eth0', 'up');
  }

  function start(namespace: string | null, command: readonly string[], log = 'out.log'): ChildProcess {
    const whole = namespace === null ? [...command] : ['ip', 'netns', 'exec', namespace, ...command];
    const child = spawn('sh', ['-c', 'exec "$@" >>"$0" 2>&1', join(folder, log), ...whole], {
      stdio: 'ignore',
      cwd: folder,
      env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
    });
    children.push(child);
    return child;
  }

  function run(
    namespace: string,
    command: readonly string[],
    input = '',
  ): { status: number | null; stdout: string; stderr: string } {
    const done = spawnSync('ip', ['netns', 'exec', namespace, ...command], {
      encoding: 'utf8',
      input,
      timeout: 20_000,
    });
    return { status: done.status, stdout: done.stdout, stderr: done.stderr };
  }

  return {
    folder,
    server,
    attacker,
    client,
    start,
    run,
    connects: (namespace, address, port) =>
      run(namespace, ['timeout', '2', 'bash', '-c', `exec 3<>/dev/tcp/${address}/${port}`]).status === 0,
    bekci(config) {
      const path = join(folder, 'bekci.yaml');
      writeFileSync(path, config);
      return start(null, [join(ROOT, 'tools', 'bekci'), 'run', '-c', path], 'bekci.log');
    },
    async close() {
      for (const child of children.toReversed()) await end(child);
      for (const namespace of [server, attacker, client]) spawnSync('ip', ['netns', 'delete', namespace]);
      removeFolder(folder);
    },
  };
}

/** A real rsyslogd that writes auth.log, and a real sshd on port 2222 that logs through it, both with files of their own. */
export function startSshd(lab: Lab): { readonly authLog: string; readonly port: number } {
  const { folder } = lab;
  const authLog = join(folder, 'auth.log');
  const dev = join(folder, 'dev');
  mkdirSync(dev);
  mkdirSync('/run/sshd', { recursive: true });
  writeFileSync(
    join(folder, 'rsyslog.conf'),
    `module(load="imuxsock" SysSock.Use="off")\ninput(type="imuxsock" Socket="${dev}/log" CreatePath="on")\n*.* action(type="omfile" file="${authLog}" template="RSYSLOG_TraditionalFileFormat" flushOnTXEnd="on" asyncWriting="off")\n`,
  );
  lab.start(
    null,
    ['rsyslogd', '-n', '-f', join(folder, 'rsyslog.conf'), '-i', join(folder, 'rsyslog.pid')],
    'rsyslog.log',
  );
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, 'host_key')]);
  writeFileSync(
    join(folder, 'sshd_config'),
    `Port 2222\nHostKey ${folder}/host_key\nPidFile ${folder}/sshd.pid\nUsePAM no\nPasswordAuthentication yes\nPermitRootLogin yes\nStrictModes no\nLogLevel VERBOSE\nMaxStartups 100\n`,
  );
  // sshd speaks to /dev/log: a private /dev with our rsyslogd's socket in it.
  const script = `for i in $(seq 50); do [ -S ${dev}/log ] && break; sleep 0.1; done
    for d in null zero random urandom tty ptmx; do [ -e /dev/$d ] && { touch ${dev}/$d; mount --bind /dev/$d ${dev}/$d; }; done
    mount --bind ${dev} /dev && exec /usr/sbin/sshd -D -f ${folder}/sshd_config`;
  lab.start(lab.server, ['unshare', '-m', 'sh', '-c', script], 'sshd.log');
  return { authLog, port: 2222 };
}

/** True when the bekci of a state folder says that it reads all its sources. */
export function isReading(stateDir: string): boolean {
  const done = spawnSync(join(ROOT, 'tools', 'bekci'), ['status', '--json', '--state-dir', stateDir], {
    encoding: 'utf8',
  });
  if (done.stdout === '') return false;
  return (JSON.parse(done.stdout) as Status).sources.every((source) => source.state === 'reading');
}

/** One login attempt with a wrong password from a namespace, by the real client. */
export function failLogin(lab: Lab, namespace: string, address: string, port: number): void {
  lab.run(namespace, [
    'sshpass',
    '-p',
    'wrong',
    'ssh',
    '-p',
    String(port),
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'PreferredAuthentications=password',
    '-o',
    'PubkeyAuthentication=no',
    '-o',
    'NumberOfPasswordPrompts=1',
    '-o',
    'ConnectTimeout=3',
    `root@${address}`,
    'true',
  ]);
}

/** Waits until something holds, or fails with what it was. */
export async function until(what: string, holds: () => boolean, ms = 45_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; ) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`this did not happen within ${ms} ms: ${what}`);
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), 4000);
  await gone;
  clearTimeout(timer);
}
