/**
 * Shuts addresses out through a file another program reads: nginx, HAProxy, TCP wrappers. Only the lines between bekci's two marks
 * are bekci's; the file is replaced in one step, checked by the program's own test, and put back when that fails.
 */
import { existsSync } from 'node:fs';
import { chmod, chown, open, readFile, realpath, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { formatNetwork } from '../../kit/cidr.ts';
import { AppError } from '../../kit/errors.ts';
import { runCommand } from '../../kit/run-command.ts';
import type { ApplyResult, Responder } from '../responder.ts';
import { notThere, sortOut } from '../valid.ts';
import { type DenyFormat, HAPROXY, HOSTS_DENY, NGINX } from './formats.ts';

const argv = z.array(z.string()).min(1);

/** Settings of nginx. */
export const nginxSettings = z.strictObject({
  type: z.literal('nginx'),
  file: z.string().default('/etc/nginx/bekci.geo').describe('The file your `geo` block includes.'),
  test: argv.nullable().default(['nginx', '-t', '-q']).describe('Checks the configuration; null for none.'),
  reload: argv.nullable().default(['nginx', '-s', 'reload']).describe('Makes nginx read the file anew.'),
});

/** Settings of HAProxy. */
export const haproxySettings = z.strictObject({
  type: z.literal('haproxy'),
  file: z.string().default('/etc/haproxy/bekci.map').describe('The map file your rules look up.'),
  test: argv
    .nullable()
    .default(['haproxy', '-c', '-q', '-f', '/etc/haproxy/haproxy.cfg'])
    .describe('Checks the configuration; null for none.'),
  reload: argv.nullable().default(['systemctl', 'reload', 'haproxy']).describe('Makes HAProxy read the file anew.'),
});

/** Settings of TCP wrappers. */
export const hostsDenySettings = z.strictObject({
  type: z.literal('hosts.deny'),
  file: z.string().default('/etc/hosts.deny').describe('The file libwrap reads.'),
});

const BEGIN = '# bekci: begin (written by bekci, changes are lost)';
const END = '# bekci: end';

/** How long a program is given to finish one reload, ms. */
const SETTLE_MS = 2000;

interface DenyFile {
  readonly id: string;
  readonly file: string;
  readonly format: DenyFormat;
  readonly test: readonly string[] | null;
  readonly reload: readonly string[] | null;
}

/** nginx, through a `geo` include. */
export function createNginx(settings: z.infer<typeof nginxSettings>): Responder {
  return createDenyFile({ ...settings, id: `nginx:${settings.file}`, format: NGINX });
}

/** HAProxy, through a map file. */
export function createHaproxy(settings: z.infer<typeof haproxySettings>): Responder {
  return createDenyFile({ ...settings, id: `haproxy:${settings.file}`, format: HAPROXY });
}

/** TCP wrappers, which read their file at every connection. */
export function createHostsDeny(settings: z.infer<typeof hostsDenySettings>): Responder {
  return createDenyFile({
    ...settings,
    id: `hosts.deny:${settings.file}`,
    format: HOSTS_DENY,
    test: null,
    reload: null,
  });
}

function createDenyFile(parts: DenyFile): Responder {
  const { format } = parts;
  /** A reload that failed, or came on the heels of another, is owed; also when the file already says what it should. */
  let owed = false;
  let lastReload = 0;

  async function read(): Promise<{ outside: string[]; held: Set<string>; text: string }> {
    const text = existsSync(parts.file) ? await readFile(parts.file, 'utf8') : '';
    const outside: string[] = [];
    const held = new Set<string>();
    let inside = false;
    for (const line of text.split('\n')) {
      if (line === BEGIN) inside = true;
      else if (line === END) inside = false;
      else if (!inside) outside.push(line);
      else {
        const network = format.parse(line.trim());
        if (network !== null) held.add(formatNetwork(network));
      }
    }
    while (outside.at(-1) === '') outside.pop();
    return { outside, held, text };
  }

  async function change(edit: (held: Set<string>) => void, signal: AbortSignal): Promise<Set<string>> {
    const { outside, held, text } = await read();
    const before = [...held].join();
    edit(held);
    const isSame = before === [...held].join() && existsSync(parts.file);
    if (isSame && !owed) return held;
    const { valid } = sortOut([...held].map((ip) => ({ ip })));
    const own = valid.map(({ network }) => format.line(network));
    if (!isSame) await replaceFile(parts.file, [...outside, BEGIN, ...own, END, ''].join('\n'));
    if (parts.test !== null) {
      const done = await runCommand(parts.test, { signal });
      if (done.code !== 0) {
        await replaceFile(parts.file, text);
        throw refusedError(parts.test[0]!, 'its test refuses the configuration', done.stderr || (done.failed ?? ''));
      }
    }
    await reload(signal);
    return (await read()).held;
  }

  /** A program that is still busy with one reload may drop the next without a word: that one is owed until all is quiet. */
  async function reload(signal: AbortSignal): Promise<void> {
    if (parts.reload === null) return;
    const isHurried = Date.now() - lastReload < SETTLE_MS;
    owed = true;
    const done = await runCommand(parts.reload, { signal });
    if (done.code !== 0) throw refusedError(parts.reload[0]!, 'reload failed', done.stderr || (done.failed ?? ''));
    lastReload = Date.now();
    owed = isHurried;
  }

  return {
    id: parts.id,
    batch: 100_000,
    async check() {
      if (existsSync(dirname(parts.file))) return null;
      return new AppError('DENY_FILE_NO_FOLDER', {
        message: `there is no folder for ${parts.file}`,
        hint: 'is the program installed? set `file` otherwise',
        retry: { afterMs: 60_000 },
      });
    },
    async apply(bans, signal) {
      const { valid, refused } = sortOut(bans);
      if (valid.length === 0) return refused;
      const held = await change((set) => {
        for (const { network } of valid) set.add(formatNetwork(network));
      }, signal);
      return [
        ...refused,
        ...valid.map(
          ({ item, network }): ApplyResult =>
            held.has(formatNetwork(network)) ? { ip: item.ip, ok: true } : notThere(item.ip, parts.file),
        ),
      ];
    },
    async revoke(ips, signal) {
      const { valid, refused } = sortOut(ips.map((ip) => ({ ip })));
      await change((set) => {
        for (const { network } of valid) set.delete(formatNetwork(network));
      }, signal);
      return [...refused, ...valid.map(({ item }): ApplyResult => ({ ip: item.ip, ok: true }))];
    },
    async list(signal) {
      if (owed && Date.now() - lastReload >= SETTLE_MS) await reload(signal);
      return [...(await read()).held].map((ip) => ({ ip, expiresAt: null }));
    },
    async flush(signal) {
      await change((set) => set.clear(), signal);
    },
    close: async () => {},
  };
}

/** Writes beside, syncs, keeps owner and mode, and renames over what a link points at: nobody ever reads half a file. */
async function replaceFile(file: string, text: string): Promise<void> {
  const target = existsSync(file) ? await realpath(file) : file;
  const beside = `${target}.bekci-${process.pid}`;
  const old = existsSync(target) ? await stat(target) : null;
  const handle = await open(beside, 'w', 0o644);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (old !== null) {
    await chmod(beside, old.mode & 0o7777);
    if (process.getuid?.() === 0) await chown(beside, old.uid, old.gid);
  }
  await rename(beside, target);
}

function refusedError(program: string, what: string, why: string): AppError {
  return new AppError('DENY_FILE_REFUSED', {
    message: `${program}: ${what}: ${why.trim().split('\n')[0] ?? ''}`,
    hint: 'run the command by hand to see all it says',
    retry: 'soon',
  });
}
