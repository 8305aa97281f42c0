/** Whom this machine must not shut out, as the system itself tells: own addresses, gateways, resolvers, people logged in. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { canonicalAddress } from '../kit/address.ts';
import { parseNetwork } from '../kit/cidr.ts';
import { fail } from '../kit/errors.ts';
import { ALLOWLIST_HINT, asnOf, isDnsName, NETWORK_HINT } from './allowlist-entry.ts';
import type { Protected } from './door-check.ts';
import { logindPeers } from './logind-sessions.ts';

const UTMP_RECORD = 384;
const USER_PROCESS = 7;

/** The configured allowlist. Throws CONFIG_ALLOWLIST for an entry that is no address or network. */
export function allowlisted(entries: readonly string[]): Protected[] {
  return entries
    .filter((entry) => !isDnsName(entry.trim()) && asnOf(entry) === null)
    .map((entry) => {
      const network = parseNetwork(entry.trim());
      if (network === null)
        return fail('CONFIG_ALLOWLIST', {
          message: `decisions.allowlist: \`${entry}\` is no address, network, name or autonomous system`,
          hint: ALLOWLIST_HINT,
        });
      return { network, code: 'allowlist', detail: entry };
    });
}

/** Proxies that speak for others: their own address is never banned. Throws CONFIG_PROXIES for what is no address or network. */
export function trustedProxies(entries: readonly string[]): Protected[] {
  return entries.map((entry) => {
    const network = parseNetwork(entry.trim());
    if (network === null)
      return fail('CONFIG_PROXIES', {
        message: `decisions.trusted_proxies: \`${entry}\` is no address or network`,
        hint: NETWORK_HINT,
      });
    return { network, code: 'trusted-proxy', detail: entry };
  });
}

/** Everything the system knows, read afresh. Unreadable places count as empty. */
export function systemProtected(): Protected[] {
  return [...ownAddresses(), ...gateways(), ...resolvers(), ...openSessions()];
}

function ownAddresses(): Protected[] {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses]) =>
    (addresses ?? []).map((each) => ({ name, address: each.address })),
  );
  return all.flatMap(({ name, address }) => entry(address, 'own-address', `own address on ${name}`));
}

/** Default routes in /proc/net/route (little-endian hex) and /proc/net/ipv6_route. */
function gateways(): Protected[] {
  const four = lines('/proc/net/route')
    .slice(1)
    .flatMap((line) => {
      const [, destination, gateway] = line.split(/\s+/);
      if (destination !== '00000000' || gateway === undefined || gateway === '00000000') return [];
      const bytes = gateway
        .match(/../g)!
        .map((hex) => Number.parseInt(hex, 16))
        .reverse();
      return entry(bytes.join('.'), 'gateway', 'default gateway');
    });
  const six = lines('/proc/net/ipv6_route').flatMap((line) => {
    const parts = line.split(/\s+/);
    const next = parts[4];
    if (parts[1] !== '00' || next === undefined || /^0+$/.test(next)) return [];
    return entry(next.match(/.{4}/g)!.join(':'), 'gateway', 'default gateway');
  });
  return [...four, ...six];
}

function resolvers(): Protected[] {
  return lines('/etc/resolv.conf').flatMap((line) => {
    const found = /^\s*nameserver\s+(\S+)/.exec(line);
    return found === null ? [] : entry(found[1]!, 'resolver', 'name server of this machine');
  });
}

/**
 * Peers of sessions somebody is logged in to: utmp records of living processes, and SSH_CONNECTION of this process and its
 * parents. A mere TCP connection to the SSH port does not protect: every attacker has one.
 */
function openSessions(): Protected[] {
  const peers = new Set<string>();
  try {
    const utmp = readFileSync('/run/utmp');
    for (let at = 0; at + UTMP_RECORD <= utmp.length; at += UTMP_RECORD) {
      if (utmp.readInt16LE(at) !== USER_PROCESS || !isAlive(utmp.readInt32LE(at + 4))) continue;
      const host = utmp.toString('utf8', at + 76, at + 332).replace(/\0.*$/s, '');
      const raw = utmp.subarray(at + 348, at + 364);
      const named = canonicalAddress(host);
      if (named !== null) peers.add(named);
      else if (raw.some((byte) => byte !== 0)) peers.add(addressOf(raw));
    }
  } catch {
    // No utmp on this machine.
  }
  for (const connection of [...sshConnections(), ...logindPeers()]) peers.add(connection);
  return [...peers].flatMap((peer) => entry(peer, 'open-session', 'somebody is logged in from there now'));
}

function addressOf(raw: Buffer): string {
  if (raw.subarray(4).every((byte) => byte === 0)) return [...raw.subarray(0, 4)].join('.');
  return Array.from({ length: 8 }, (_, index) => raw.readUInt16BE(index * 2).toString(16)).join(':');
}

/** Peers of SSH sessions whose shells run now, from the environments this user may read. */
function sshConnections(): string[] {
  const found: string[] = [];
  for (const name of readdirSafe('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      // Only processes of a login (with a terminal or under sshd) carry the variable; kernel threads have no executable.
      readlinkSync(`/proc/${name}/exe`);
      const peer = /(?:^|\0)SSH_CONNECTION=(\S+) /.exec(readFileSync(`/proc/${name}/environ`, 'latin1'))?.[1];
      if (peer !== undefined) found.push(peer);
    } catch {
      // Gone, or another user's.
    }
  }
  return found;
}

function entry(text: string, code: string, detail: string): Protected[] {
  const address = canonicalAddress(text);
  const network = address === null ? null : parseNetwork(address);
  return network === null ? [] : [{ network, code, detail }];
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function lines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

function readdirSafe(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}
