/** Shuts addresses out with ipset and iptables: one hash:net set a family with kernel timeouts, dropped in the raw table's PREROUTING. */
import { z } from 'zod';
import { formatNetwork, parseNetwork } from '../../kit/cidr.ts';
import { AppError } from '../../kit/errors.ts';
import { type CommandResult, runCommand } from '../../kit/run-command.ts';
import type { ApplyResult, Responder, ResponderContext } from '../responder.ts';
import { notThere, secondsLeft, sortOut } from '../valid.ts';

const argv = (name: string) => z.array(z.string()).min(1).default([name]).describe(`How ${name} is called.`);

/** Settings. */
export const ipsetSettings = z.strictObject({
  type: z.literal('ipset'),
  set: z
    .string()
    .regex(/^[A-Za-z_][\w-]{0,24}$/)
    .default('bekci')
    .describe('Name of the sets; 4 and 6 are added.'),
  ipset: argv('ipset'),
  iptables: argv('iptables'),
  ip6tables: argv('ip6tables'),
});

const FAMILIES = [4, 6] as const;
/** ipset's own ceiling: 2^31 ms. */
const MAX_TIMEOUT_S = 2_147_483;
const MAX_ELEMENTS = 1_000_000;

/** A responder over ipset(8) and iptables(8). */
export function createIpset(settings: z.infer<typeof ipsetSettings>, context: ResponderContext): Responder {
  const name = (family: 4 | 6): string => `${settings.set}${family}`;
  const tables = (family: 4 | 6): readonly string[] => (family === 4 ? settings.iptables : settings.ip6tables);
  const rule = (family: 4 | 6): string[] => [
    'PREROUTING',
    '-m',
    'set',
    '--match-set',
    name(family),
    'src',
    '-j',
    'DROP',
  ];

  function create(): string {
    return FAMILIES.map(
      (family) =>
        `create ${name(family)} hash:net family ${family === 4 ? 'inet' : 'inet6'} timeout 0 maxelem ${MAX_ELEMENTS} -exist\n`,
    ).join('');
  }

  function restore(input: string, signal: AbortSignal): Promise<CommandResult> {
    return runCommand([...settings.ipset, 'restore'], { input, signal });
  }

  /** The rules that drop; put back when somebody flushed them. */
  async function guard(signal: AbortSignal): Promise<void> {
    for (const family of FAMILIES) {
      const table = [...tables(family), '-w', '5', '-t', 'raw'];
      const there = await runCommand([...table, '-C', ...rule(family)], { signal });
      if (there.code === 0) continue;
      const done = await runCommand([...table, '-I', ...rule(family)], { signal });
      if (done.code !== 0) throw ipsetError(tables(family)[0]!, done);
    }
  }

  async function read(signal: AbortSignal): Promise<{ ip: string; expiresAt: number | null }[]> {
    const found: { ip: string; expiresAt: number | null }[] = [];
    for (const family of FAMILIES) {
      const done = await runCommand([...settings.ipset, 'save', name(family)], { signal });
      if (done.code !== 0) {
        if (done.stderr.includes('does not exist')) continue;
        throw ipsetError(settings.ipset[0]!, done);
      }
      for (const line of done.stdout.split('\n')) {
        const [verb, , text, , seconds] = line.split(' ');
        const network = verb === 'add' && text !== undefined ? parseNetwork(text) : null;
        if (network !== null)
          found.push({
            ip: formatNetwork(network),
            expiresAt: seconds === undefined ? null : context.now() + Number(seconds) * 1000,
          });
      }
    }
    return found;
  }

  return {
    id: `ipset:${settings.set}`,
    batch: 100_000,
    async check(signal) {
      const done = await runCommand([...settings.ipset, 'list', '-n'], { signal });
      if (done.code !== 0) return ipsetError(settings.ipset[0]!, done);
      const rules = await runCommand([...settings.iptables, '-w', '5', '-t', 'raw', '-S', 'PREROUTING'], { signal });
      return rules.code === 0 ? null : ipsetError(settings.iptables[0]!, rules);
    },
    async apply(bans, signal) {
      const { valid, refused } = sortOut(bans);
      if (valid.length === 0) return refused;
      const lines = valid.map(
        ({ item, network }) =>
          `add ${name(network.family)} ${formatNetwork(network)} timeout ${secondsLeft(item.expiresAt, context.now(), MAX_TIMEOUT_S)} -exist\n`,
      );
      const done = await restore(create() + lines.join(''), signal);
      if (done.code !== 0) throw ipsetError(settings.ipset[0]!, done);
      await guard(signal);
      const present = new Set((await read(signal)).map((each) => each.ip));
      return [
        ...refused,
        ...valid.map(
          ({ item, network }): ApplyResult =>
            present.has(formatNetwork(network)) ? { ip: item.ip, ok: true } : notThere(item.ip, 'the kernel’s set'),
        ),
      ];
    },
    async revoke(ips, signal) {
      const { valid, refused } = sortOut(ips.map((ip) => ({ ip })));
      const lines = valid.map(({ network }) => `del ${name(network.family)} ${formatNetwork(network)} -exist\n`);
      const done = await restore(create() + lines.join(''), signal);
      if (done.code !== 0) throw ipsetError(settings.ipset[0]!, done);
      return [...refused, ...valid.map(({ item }): ApplyResult => ({ ip: item.ip, ok: true }))];
    },
    async list(signal) {
      const present = await read(signal);
      if (present.length > 0) await guard(signal);
      return present;
    },
    async flush(signal) {
      for (const family of FAMILIES) {
        await runCommand([...tables(family), '-w', '5', '-t', 'raw', '-D', ...rule(family)], { signal });
        const done = await runCommand([...settings.ipset, 'destroy', name(family)], { signal });
        if (done.code !== 0 && !done.stderr.includes('does not exist')) throw ipsetError(settings.ipset[0]!, done);
      }
    },
    close: async () => {},
  };
}

function ipsetError(program: string, done: CommandResult): AppError {
  if (done.failed === 'ENOENT')
    return new AppError('IPSET_MISSING', {
      message: `\`${program}\` is not installed`,
      hint: 'install ipset and iptables, or choose another responder',
      retry: { afterMs: 60_000 },
    });
  const first = done.stderr.trim().split('\n')[0] ?? '';
  const denied = /not permitted|must be root|Permission denied/i.test(done.stderr);
  return new AppError(denied ? 'IPSET_PERMISSION' : 'IPSET_FAILED', {
    message: denied
      ? 'no right to change the firewall'
      : `${program} failed: ${first || done.failed || `exit ${done.code}`}`,
    hint: denied ? 'run as root or with CAP_NET_ADMIN' : 'see whether the kernel has ip_set and xt_set',
    retry: denied ? { afterMs: 60_000 } : 'soon',
  });
}
