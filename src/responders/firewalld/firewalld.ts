/** Shuts addresses out with firewalld: one ipset a family as a source of its zone `drop`, kept at run time only. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { formatNetwork, type Network, parseNetwork, widen } from '../../kit/cidr.ts';
import { AppError } from '../../kit/errors.ts';
import { type CommandResult, runCommand } from '../../kit/run-command.ts';
import type { ApplyResult, Responder } from '../responder.ts';
import { notThere, sortOut } from '../valid.ts';

/** Settings. */
export const firewalldSettings = z.strictObject({
  type: z.literal('firewalld'),
  set: z
    .string()
    .regex(/^[A-Za-z_][\w-]{0,24}$/)
    .default('bekci')
    .describe('Name of the ipsets; 4 and 6 are added.'),
  zone: z.string().min(1).default('drop').describe('Zone that drops what comes from the sets.'),
  command: z.array(z.string()).min(1).default(['firewall-cmd']).describe('How firewall-cmd is called.'),
});

const FAMILIES = [4, 6] as const;

/** A responder over firewall-cmd(1). */
export function createFirewalld(settings: z.infer<typeof firewalldSettings>): Responder {
  /** Sets and zone were seen in order; doubted after every failure and at every `list`. */
  let ready = false;
  const name = (family: 4 | 6): string => `${settings.set}${family}`;

  function call(args: readonly string[], signal: AbortSignal): Promise<CommandResult> {
    return runCommand([...settings.command, ...args], { signal });
  }

  async function must(args: readonly string[], signal: AbortSignal): Promise<CommandResult> {
    const done = await call(args, signal);
    if (done.code === 0) return done;
    ready = false;
    throw firewalldError(done, settings.command[0]!);
  }

  /** The sets need the permanent configuration and one reload, once in the life of a machine; afterwards nothing is written. */
  async function ensure(signal: AbortSignal): Promise<void> {
    if (ready) return;
    const known = (await must(['--get-ipsets'], signal)).stdout.split(/\s+/);
    if (FAMILIES.some((family) => !known.includes(name(family)))) {
      const permanent = (await must(['--permanent', '--get-ipsets'], signal)).stdout.split(/\s+/);
      for (const family of FAMILIES) {
        const options = [`--option=family=${family === 4 ? 'inet' : 'inet6'}`, '--option=maxelem=1000000'];
        if (!permanent.includes(name(family)))
          await must(['--permanent', `--new-ipset=${name(family)}`, '--type=hash:net', ...options], signal);
        await call(['--permanent', `--zone=${settings.zone}`, `--add-source=ipset:${name(family)}`], signal);
      }
      await must(['--reload'], signal);
    }
    for (const family of FAMILIES) {
      const source = `source=ipset:${name(family)}`;
      const guarded = await call([`--zone=${settings.zone}`, `--query-${source}`], signal);
      if (guarded.code !== 0) await must([`--zone=${settings.zone}`, `--add-${source}`], signal);
    }
    ready = true;
  }

  async function read(signal: AbortSignal, families: readonly (4 | 6)[] = FAMILIES): Promise<Set<string>> {
    const found = new Set<string>();
    for (const family of families) {
      const done = await call([`--ipset=${name(family)}`, '--get-entries'], signal);
      // 135 is firewalld's INVALID_IPSET: the set is not there yet.
      if (done.code === 135) ready = false;
      if (done.code === 135) continue;
      if (done.code !== 0) throw firewalldError(done, settings.command[0]!);
      for (const line of done.stdout.split('\n')) {
        const network = parseNetwork(line.trim());
        if (network !== null) found.add(formatNetwork(network));
      }
    }
    return found;
  }

  async function change(verb: 'add' | 'remove', ips: readonly string[], signal: AbortSignal): Promise<void> {
    if (ips.length === 0) return;
    // firewall-cmd opens the file by name, which a socket as standard input does not allow.
    const folder = await mkdtemp(join(tmpdir(), 'bekci-firewalld-'));
    try {
      for (const family of FAMILIES) {
        const mine = ips.filter((ip) => ip.includes(':') === (family === 6));
        if (mine.length === 0) continue;
        const file = join(folder, name(family));
        await writeFile(file, `${mine.join('\n')}\n`);
        await must([`--ipset=${name(family)}`, `--${verb}-entries-from-file=${file}`], signal);
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  return {
    id: `firewalld:${settings.set}`,
    async check(signal) {
      const done = await call(['--state'], signal);
      return done.code === 0 ? null : firewalldError(done, settings.command[0]!);
    },
    async apply(bans, signal) {
      const { valid, refused } = sortOut(bans);
      if (valid.length === 0) return refused;
      await ensure(signal);
      const families = FAMILIES.filter((family) => valid.some(({ network }) => network.family === family));
      const before = await read(signal, families);
      const asked = new Map(valid.map(({ network }) => [formatNetwork(network), network]));
      // firewalld refuses overlaps: what lies in a wider one needs nothing, and a wider one takes the place of those in it.
      const wanted = [...asked].filter(([ip, network]) => !before.has(ip) && !isInside(network, before, asked));
      const news = new Set(wanted.map(([ip]) => ip));
      const inside = [...before].filter((ip) => isInside(parseNetwork(ip)!, news));
      await change('remove', inside, signal);
      await change('add', [...news], signal);
      const after = await read(signal, families);
      return [
        ...refused,
        ...valid.map(
          ({ item, network }): ApplyResult =>
            after.has(formatNetwork(network)) || isInside(network, after)
              ? { ip: item.ip, ok: true }
              : notThere(item.ip, 'firewalld’s set'),
        ),
      ];
    },
    async revoke(ips, signal) {
      const { valid, refused } = sortOut(ips.map((ip) => ({ ip })));
      const present = await read(signal);
      const gone = new Set(valid.map(({ network }) => formatNetwork(network)).filter((ip) => present.has(ip)));
      await change('remove', [...gone], signal);
      return [...refused, ...valid.map(({ item }): ApplyResult => ({ ip: item.ip, ok: true }))];
    },
    async list(signal) {
      const present = await read(signal);
      ready = false;
      if (present.size > 0) await ensure(signal);
      return [...present].map((ip) => ({ ip, expiresAt: null }));
    },
    async flush(signal) {
      await change('remove', [...(await read(signal))], signal);
    },
    close: async () => {},
  };
}

/** True when a wider network of one of the collections contains it. */
function isInside(network: Network, ...wider: readonly { has(ip: string): boolean }[]): boolean {
  for (let bits = network.bits - 1; bits > 0; bits--) {
    const text = formatNetwork(widen(network, bits));
    if (wider.some((each) => each.has(text))) return true;
  }
  return false;
}

function firewalldError(done: CommandResult, program: string): AppError {
  const said = `${done.stderr}${done.stdout}`.trim().split('\n')[0] ?? '';
  const isMissing = done.failed === 'ENOENT';
  // 252 is firewalld's NOT_RUNNING.
  const isDown = done.code === 252;
  return new AppError(isMissing ? 'FIREWALLD_MISSING' : isDown ? 'FIREWALLD_DOWN' : 'FIREWALLD_FAILED', {
    message: isMissing ? `\`${program}\` is not installed` : isDown ? 'firewalld is not running' : `firewalld: ${said}`,
    hint: isDown ? 'systemctl start firewalld' : 'see journalctl -u firewalld',
    retry: isMissing ? { afterMs: 60_000 } : 'soon',
  });
}
