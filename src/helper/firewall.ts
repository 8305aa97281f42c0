/**
 * The firewall helper: the one process of bekci that may change the firewall, and does nothing else. It reads no log, no
 * configuration and no network; it takes addresses and times from a Unix socket and hands them to nft(8).
 */
import { chmodSync, chownSync, lstatSync, statSync, unlinkSync } from 'node:fs';
import { dirname, isAbsolute } from 'node:path';
import { parseArgs } from 'node:util';
import { describeError, fail } from '../kit/errors.ts';
import { isExecutable } from '../kit/executable.ts';
import { runCommand } from '../kit/run-command.ts';
import { createConntrack } from '../responders/nftables/conntrack.ts';
import { createTable } from '../responders/nftables/table.ts';
import { USUAL_LIMITS } from './limits.ts';
import { createHelperServer } from './serve.ts';

const FOLDERS = ['/usr/sbin', '/sbin', '/usr/bin', '/usr/local/sbin'];
/** The first descriptor systemd passes, sd_listen_fds(3). */
const FIRST_FD = 3;

try {
  main();
} catch (error) {
  say(describeError(error));
  process.exitCode = 78;
}

function main(): void {
  const { values } = parseArgs({
    options: {
      socket: { type: 'string' },
      gid: { type: 'string' },
      table: { type: 'string', default: 'bekci' },
      nft: { type: 'string' },
      conntrack: { type: 'string' },
      widest4: { type: 'string', default: String(USUAL_LIMITS.widest4) },
      widest6: { type: 'string', default: String(USUAL_LIMITS.widest6) },
    },
  });
  if (!/^[A-Za-z_][\w-]{0,30}$/.test(values.table)) usage('--table takes a name');
  const table = createTable({ table: values.table, command: [placeOf('nft', values.nft)] }, { now: Date.now });
  const limits = { widest4: bits(values.widest4, 32), widest6: bits(values.widest6, 128) };
  const conntrack = createConntrack([placeOf('conntrack', values.conntrack)], runCommand);
  const server = createHelperServer({ table, conntrack, limits, now: Date.now, log: say });
  server.on('error', (error) => {
    say(`cannot listen: ${error.message}`);
    process.exit(69);
  });
  const passed = process.env.LISTEN_PID === String(process.pid) && process.env.LISTEN_FDS === '1';
  if (passed) server.listen({ fd: FIRST_FD });
  else if (values.socket === undefined) usage('--socket PATH is needed when systemd passes no socket');
  else listenAt(server, values.socket, values.gid);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => process.exit(0));
}

/** The folder is the guard: it must be closed to others, or anybody could reach the socket before its mode is set. */
function listenAt(server: ReturnType<typeof createHelperServer>, path: string, gid: string | undefined): void {
  const folder = dirname(path);
  if ((statSync(folder).mode & 0o007) !== 0)
    fail('HELPER_FOLDER', { message: `${folder} is open to everybody`, hint: `chmod 0750 ${folder}` });
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true) unlinkSync(path);
  server.listen({ path }, () => {
    chmodSync(path, 0o660);
    if (gid !== undefined) chownSync(path, process.getuid?.() ?? 0, bits(gid, 2 ** 32 - 2));
    say(`listening on ${path}`);
  });
}

/** Found once, by absolute path: a changed PATH changes nothing. */
function placeOf(name: 'nft' | 'conntrack', named: string | undefined): string {
  const places = FOLDERS.map((folder) => `${folder}/${name}`);
  const path = named ?? places.find(isExecutable) ?? places[0]!;
  return isAbsolute(path) ? path : usage(`--${name} takes an absolute path`);
}

function bits(text: string, most: number): number {
  return /^\d{1,10}$/.test(text) && Number(text) <= most
    ? Number(text)
    : usage(`\`${text}\` is no number up to ${most}`);
}

function usage(message: string): never {
  return fail('HELPER_USAGE', { message });
}

function say(text: string): void {
  process.stderr.write(`bekci-helper: ${text}\n`);
}
