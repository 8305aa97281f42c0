/** Finds this machine's logs without any configuration. */
import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { tryOpen } from './file/places.ts';

/** A source found on the machine; `problem` says why it cannot be read. */
export interface Discovered {
  readonly type: 'file' | 'journald';
  readonly path: string | null;
  readonly program: string | null;
  readonly problem: string | null;
}

const SYSTEM = ['auth.log', 'secure', 'syslog', 'messages', 'kern.log', 'ufw.log', 'firewall.log', 'firewalld'];
const WEB: readonly { readonly folder: string; readonly program: string }[] = [
  { folder: 'nginx', program: 'nginx' },
  { folder: 'apache2', program: 'apache' },
  { folder: 'httpd', program: 'apache' },
];

/** The text logs there are, or the journal where a machine keeps only that. `root` is for tests. */
export function discoverSources(root = '/'): Discovered[] {
  const folder = join(root, 'var/log');
  const found: Discovered[] = [];
  for (const name of SYSTEM) addFile(found, join(folder, name), null);
  for (const web of WEB) {
    for (const name of listLogs(join(folder, web.folder))) addFile(found, join(folder, web.folder, name), web.program);
  }
  dropCopies(found);
  const hasAuth = found.some((each) => isLoginLog(each.path ?? ''));
  if (
    !hasAuth &&
    existsSync(join(root, 'run/systemd/journal')) &&
    ['usr/bin/journalctl', 'bin/journalctl'].some((path) => existsSync(join(root, path)))
  ) {
    found.push({ type: 'journald', path: null, program: null, problem: null });
  }
  return found;
}

/** Logs of everything, and logs that rsyslog's usual rules write of the kernel's messages besides. */
const CATCH_ALL = /\/(?:syslog|messages)$/;
const KERNEL = /\/(?:kern\.log|ufw\.log|firewall\.log)$/;
const LAST_BYTES = 4096;
const TAIL_BYTES = 1_048_576;

/** Whether a path is one of the kernel's logs, which the log of everything usually holds too. */
export function isKernelLog(path: string): boolean {
  return KERNEL.test(path);
}

/** Whether a path is the log of everything. */
export function isCatchAll(path: string): boolean {
  return CATCH_ALL.test(path);
}

/**
 * A packet that stands in syslog, kern.log and ufw.log is one packet: a kernel log whose newest line also stands in another log is
 * left out, or thresholds would be reached with a third of the packets.
 */
function dropCopies(found: Discovered[]): void {
  const readable = (each: Discovered): boolean => each.problem === null && each.path !== null;
  const kept = found.filter((each) => readable(each) && isCatchAll(each.path!)).map(({ path }) => path!);
  for (const each of found.filter((log) => readable(log) && isKernelLog(log.path!))) {
    const line = [each.path!, `${each.path}.1`].map(lastLineOf).find((text) => text !== null) ?? null;
    const isCopy =
      line !== null && kept.some((path) => [path, `${path}.1`].some((log) => tailOf(log, TAIL_BYTES).includes(line)));
    if (isCopy) found.splice(found.indexOf(each), 1);
    else kept.push(each.path!);
  }
}

function lastLineOf(path: string): string | null {
  return tailOf(path, LAST_BYTES).trimEnd().split('\n').at(-1) || null;
}

/** The end of a file as Latin-1; empty when it cannot be read. */
function tailOf(path: string, bytes: number): string {
  const fd = tryOpen(path);
  if (fd === null) return '';
  try {
    const { size } = fstatSync(fd);
    const chunk = Buffer.alloc(Math.min(bytes, size));
    return chunk.toString('latin1', 0, readSync(fd, chunk, 0, chunk.length, size - chunk.length));
  } catch {
    return '';
  } finally {
    closeSync(fd);
  }
}

/** Whether SSH is served here and no log that would tell of its logins is found: the likeliest attack would go unseen. `root` is for tests. */
export function missesLogins(root = '/'): boolean {
  if (!existsSync(join(root, 'etc/ssh/sshd_config'))) return false;
  return !discoverSources(root).some(({ type, path }) => type === 'journald' || isLoginLog(path ?? ''));
}

function isLoginLog(path: string): boolean {
  return /(?:auth\.log|secure|messages|syslog)$/.test(path);
}

/** What containers of this machine can be read by. */
export interface FoundContainers {
  readonly type: 'docker' | 'docker-files';
  /** The engine's socket, or the folder of the json-file driver. */
  readonly path: string;
}

const SOCKETS = ['run/docker.sock', 'run/podman/podman.sock'];
const CONTAINER_FILES = 'var/lib/docker/containers';

/** Engines whose socket may be used, or else Docker's files; none where nothing is there or may be read. `root` is for tests. */
export function discoverContainers(root = '/'): FoundContainers[] {
  const sockets = SOCKETS.map((name) => join(root, name)).filter(
    (path) => isAllowed(path, constants.R_OK | constants.W_OK) && statSync(path).isSocket(),
  );
  // Podman may answer under Docker's name, too.
  const single = sockets.filter((path, at) => sockets.findIndex((each) => isSame(each, path)) === at);
  const found = single.map((path): FoundContainers => ({ type: 'docker', path }));
  const files = join(root, CONTAINER_FILES);
  // Where Docker itself answers its files would be the same lines once more.
  if (found[0]?.path !== join(root, SOCKETS[0]!) && isAllowed(files, constants.R_OK | constants.X_OK))
    found.push({ type: 'docker-files', path: files });
  return found;
}

function isSame(one: string, other: string): boolean {
  return realpathSync(one) === realpathSync(other);
}

function isAllowed(path: string, how: number): boolean {
  try {
    accessSync(path, how);
    return true;
  } catch {
    return false;
  }
}

function addFile(found: Discovered[], path: string, program: string | null): void {
  if (!existsSync(path)) return;
  try {
    accessSync(path, constants.R_OK);
    found.push({ type: 'file', path, program, problem: null });
  } catch {
    found.push({
      type: 'file',
      path,
      program,
      problem: 'no permission to read it: add this user to the group adm, or run as root',
    });
  }
}

function listLogs(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter(
        (name) =>
          /(?:access|error|other_vhosts_access)[\w.-]*log$|\.(?:access|error)$/.test(name) && !/\.(gz|\d+)$/.test(name),
      )
      .sort();
  } catch {
    return [];
  }
}
