/** Finds this machine's logs without any configuration. */
import { accessSync, constants, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

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
  const hasAuth = found.some((each) => /(auth\.log|secure|messages|syslog)$/.test(each.path ?? ''));
  if (
    !hasAuth &&
    existsSync(join(root, 'run/systemd/journal')) &&
    ['usr/bin/journalctl', 'bin/journalctl'].some((path) => existsSync(join(root, path)))
  ) {
    found.push({ type: 'journald', path: null, program: null, problem: null });
  }
  return found;
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
