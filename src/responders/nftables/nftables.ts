/**
 * Shuts addresses out with nftables: a table of our own, one interval set a family with kernel timeouts, dropped in prerouting
 * before connection tracking, so that the host and containers behind DNAT are both covered. Every load is one transaction.
 */
import { z } from 'zod';
import { formatNetwork, parseNetwork } from '../../kit/cidr.ts';
import { AppError } from '../../kit/errors.ts';
import { type CommandResult, runCommand } from '../../kit/run-command.ts';
import type { ApplyResult, Ban, Responder, ResponderContext } from '../responder.ts';

/** Settings. */
export const nftablesSettings = z.strictObject({
  type: z.literal('nftables'),
  table: z
    .string()
    .regex(/^[A-Za-z_][\w-]{0,30}$/)
    .default('bekci')
    .describe('Name of the inet table bekci keeps its sets in.'),
  command: z
    .array(z.string())
    .min(1)
    .default(['nft'])
    .describe('How nft is called, e.g. [ip, netns, exec, NAME, nft].'),
});

type Settings = z.infer<typeof nftablesSettings>;
type Family = 4 | 6;

/** The largest timeout the kernel takes comfortably: 49 days in ms fit 32 bits. */
const MAX_TIMEOUT_S = 4_000_000;

/** A responder over nft(8). */
export function createNftables(settings: Settings, context: ResponderContext): Responder {
  const { table } = settings;
  let ready = false;

  function nft(input: string, signal: AbortSignal): Promise<CommandResult> {
    return runCommand([...settings.command, '-f', '-'], { input, signal });
  }

  /** Creates what is missing; changes nothing that is there. */
  function skeleton(): string {
    return [
      `add table inet ${table}`,
      `add set inet ${table} banned4 { type ipv4_addr; flags interval,timeout; counter; }`,
      `add set inet ${table} banned6 { type ipv6_addr; flags interval,timeout; counter; }`,
      `add chain inet ${table} prerouting { type filter hook prerouting priority -310; policy accept; }`,
      `flush chain inet ${table} prerouting`,
      `add rule inet ${table} prerouting ip saddr @banned4 counter drop`,
      `add rule inet ${table} prerouting ip6 saddr @banned6 counter drop`,
    ].join('\n');
  }

  async function ensure(signal: AbortSignal): Promise<void> {
    if (ready) return;
    const done = await nft(`${skeleton()}\n`, signal);
    if (done.code !== 0) throw nftError(done, settings.command);
    ready = true;
  }

  async function apply(bans: readonly Ban[], signal: AbortSignal): Promise<ApplyResult[]> {
    const valid = bans.filter((ban) => parseNetwork(ban.ip) !== null);
    const refused = bans
      .filter((ban) => parseNetwork(ban.ip) === null)
      .map((ban): ApplyResult => ({ ip: ban.ip, ok: false, error: noAddress(ban.ip) }));
    if (valid.length === 0) return refused;
    await ensure(signal);
    const load = (): Promise<CommandResult> =>
      nft(
        elements(
          'add',
          table,
          valid.map((ban) => ({ ip: ban.ip, timeout: secondsLeft(ban, context.now()) })),
        ),
        signal,
      );
    let done = await load();
    if (done.code !== 0 && /No such file|does not exist/.test(done.stderr)) {
      // Somebody flushed the ruleset: make our table anew.
      ready = false;
      await ensure(signal);
      done = await load();
    }
    if (done.code !== 0) {
      // One of them is there already or lies inside another: one at a time, the old element replaced.
      for (const ban of valid) await replace(ban, signal);
    }
    return [...refused, ...(await prove(valid, signal))];
  }

  async function replace(ban: Ban, signal: AbortSignal): Promise<void> {
    await nft(elements('delete', table, [{ ip: ban.ip, timeout: null }]), signal);
    await nft(elements('add', table, [{ ip: ban.ip, timeout: secondsLeft(ban, context.now()) }]), signal);
  }

  /** Reads back what the kernel holds: only that counts. */
  async function prove(bans: readonly Ban[], signal: AbortSignal): Promise<ApplyResult[]> {
    const present =
      bans.length <= 4 ? await presentOnes(bans, signal) : new Set((await readAll(signal)).map((each) => each.ip));
    return bans.map(
      (ban): ApplyResult =>
        present.has(ban.ip)
          ? { ip: ban.ip, ok: true }
          : {
              ip: ban.ip,
              ok: false,
              error: new AppError('NFT_NOT_THERE', {
                message: `nft took ${ban.ip} but the kernel's set does not hold it`,
                retry: 'soon',
              }),
            },
    );
  }

  /** `get element` asks for single elements without listing a large set. */
  async function presentOnes(bans: readonly Ban[], signal: AbortSignal): Promise<Set<string>> {
    const found = new Set<string>();
    for (const ban of bans) {
      const done = await runCommand(
        [...settings.command, 'get', 'element', 'inet', table, setOf(ban.ip), `{ ${ban.ip} }`],
        { signal },
      );
      if (done.code === 0) found.add(ban.ip);
    }
    return found;
  }

  async function readAll(signal: AbortSignal): Promise<{ ip: string; expiresAt: number | null }[]> {
    const now = context.now();
    const found: { ip: string; expiresAt: number | null }[] = [];
    for (const set of ['banned4', 'banned6']) {
      const done = await runCommand([...settings.command, '-j', 'list', 'set', 'inet', table, set], { signal });
      if (done.code !== 0) {
        if (/No such file|does not exist/.test(done.stderr)) {
          ready = false;
          return [];
        }
        throw nftError(done, settings.command);
      }
      found.push(...parseSet(done.stdout, now));
    }
    return found;
  }

  return {
    id: `nftables:${table}`,
    async check(signal) {
      const done = await runCommand([...settings.command, '-c', '-f', '-'], { input: `${skeleton()}\n`, signal });
      return done.code === 0 ? null : nftError(done, settings.command);
    },
    apply,
    async revoke(ips, signal) {
      await ensure(signal);
      const valid = ips.filter((ip) => parseNetwork(ip) !== null);
      const done =
        valid.length === 0
          ? null
          : await nft(
              elements(
                'delete',
                table,
                valid.map((ip) => ({ ip, timeout: null })),
              ),
              signal,
            );
      // One that is already gone fails the whole transaction: then one at a time.
      if (done !== null && done.code !== 0)
        for (const ip of valid) await nft(elements('delete', table, [{ ip, timeout: null }]), signal);
      return ips.map(
        (ip): ApplyResult => (valid.includes(ip) ? { ip, ok: true } : { ip, ok: false, error: noAddress(ip) }),
      );
    },
    list: async (signal) => {
      const present = await readAll(signal);
      // The set may be there while the rule that drops is not.
      const chain = await runCommand([...settings.command, 'list', 'chain', 'inet', table, 'prerouting'], { signal });
      if (chain.code !== 0 || !chain.stdout.includes('@banned4') || !chain.stdout.includes('@banned6')) {
        ready = false;
        await ensure(signal);
      }
      return present;
    },
    async flush(signal) {
      await nft(`add table inet ${table}\ndelete table inet ${table}\n`, signal);
      ready = false;
    },
    close: async () => {},
  };
}

function elements(
  verb: 'add' | 'delete',
  table: string,
  entries: readonly { ip: string; timeout: number | null }[],
): string {
  const lines: string[] = [];
  for (const family of [4, 6] as const) {
    const mine = entries.filter((entry) => familyOf(entry.ip) === family);
    if (mine.length === 0) continue;
    lines.push(
      `${verb} element inet ${table} banned${family} { ${mine.map((entry) => (entry.timeout === null ? entry.ip : `${entry.ip} timeout ${entry.timeout}s`)).join(', ')} }`,
    );
  }
  return `${lines.join('\n')}\n`;
}

function familyOf(ip: string): Family {
  return ip.includes(':') ? 6 : 4;
}

function setOf(ip: string): string {
  return `banned${familyOf(ip)}`;
}

function secondsLeft(ban: Ban, now: number): number {
  return Math.max(1, Math.min(MAX_TIMEOUT_S, Math.ceil((ban.expiresAt - now) / 1000)));
}

/** Elements of `nft -j list set`: plain values, `{prefix}` or `{elem: {val, expires}}`. */
function parseSet(json: string, now: number): { ip: string; expiresAt: number | null }[] {
  const document = JSON.parse(json) as { nftables: { set?: { elem?: unknown[] } }[] };
  const entries = document.nftables.flatMap((part) => part.set?.elem ?? []);
  return entries.flatMap((entry) => {
    const elem = (entry as { elem?: { val: unknown; expires?: number } }).elem;
    const ip = textOf(elem?.val ?? entry);
    return ip === null ? [] : [{ ip, expiresAt: elem?.expires === undefined ? null : now + elem.expires * 1000 }];
  });
}

function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  const prefix = (value as { prefix?: { addr: string; len: number } }).prefix;
  const network = prefix === undefined ? null : parseNetwork(`${prefix.addr}/${prefix.len}`);
  return network === null ? null : formatNetwork(network);
}

function noAddress(ip: string): AppError {
  return new AppError('RESPONDER_NO_ADDRESS', { message: `\`${ip}\` is no address or network` });
}

function nftError(done: CommandResult, command: readonly string[]): AppError {
  const first = done.stderr.trim().split('\n')[0] ?? '';
  if (done.failed === 'ENOENT') {
    return new AppError('NFT_MISSING', {
      message: `\`${command[0]}\` is not installed`,
      hint: 'install nftables (apt-get install nftables), or choose another responder',
      retry: { afterMs: 60_000 },
    });
  }
  if (/not permitted|must be root|Permission denied/.test(done.stderr)) {
    return new AppError('NFT_PERMISSION', {
      message: 'no right to change the firewall',
      hint: 'run as root or with CAP_NET_ADMIN',
      retry: { afterMs: 60_000 },
    });
  }
  return new AppError('NFT_FAILED', {
    message: `nft failed: ${first || done.failed || `exit ${done.code}`}`,
    retry: 'soon',
  });
}
