/** Networks in CIDR form: parsing, canonical text, membership. IPv4 is kept as IPv4-mapped bits so that one code serves both. */
import { canonicalAddress, formatIPv6, ipv6Groups } from './address.ts';

const DOT = 46;
const ZERO = 48;

/** A parsed network. `family` 4 or 6; `bits` is the prefix length of that family. */
export interface Network {
  readonly family: 4 | 6;
  readonly bits: number;
  /** 2 or 8 groups of 16 bits, host bits cleared. */
  readonly groups: readonly number[];
}

/** A network from `203.0.113.0/24`, `2001:db8::/32` or a bare address; null for anything else. */
export function parseNetwork(text: string): Network | null {
  const slash = text.indexOf('/');
  const address = canonicalAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === null) return null;
  const family = address.indexOf(':') < 0 ? 4 : 6;
  const width = family === 4 ? 32 : 128;
  if (slash < 0) return { family, bits: width, groups: groupsOf(address) };
  const lengthText = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(lengthText) || Number(lengthText) > width) return null;
  const bits = Number(lengthText);
  return { family, bits, groups: maskGroups(groupsOf(address), bits) };
}

/** Canonical text: a bare address for a full prefix, `address/bits` otherwise. */
export function formatNetwork(network: Network): string {
  const { groups, family, bits } = network;
  const address =
    family === 4 ? `${groups[0]! >> 8}.${groups[0]! & 255}.${groups[1]! >> 8}.${groups[1]! & 255}` : formatIPv6(groups);
  return bits === (family === 4 ? 32 : 128) ? address : `${address}/${bits}`;
}

/** True when every address of `inner` is in `outer`. */
export function containsNetwork(outer: Network, inner: Network): boolean {
  if (outer.family !== inner.family || outer.bits > inner.bits) return false;
  for (let index = 0, keep = outer.bits; keep > 0; index++, keep -= 16)
    if (((inner.groups[index]! ^ outer.groups[index]!) & maskOf(keep)) !== 0) return false;
  return true;
}

/** True when the two share an address. */
export function overlaps(one: Network, other: Network): boolean {
  return containsNetwork(one, other) || containsNetwork(other, one);
}

/** The network of `bits` around an address: its /64, its /24. */
export function widen(network: Network, bits: number): Network {
  return bits >= network.bits ? network : { family: network.family, bits, groups: maskGroups(network.groups, bits) };
}

function groupsOf(address: string): number[] {
  if (address.indexOf(':') >= 0) return ipv6Groups(address);
  let word = 0;
  let part = 0;
  for (let at = 0; at < address.length; at++) {
    const code = address.charCodeAt(at);
    if (code === DOT) {
      word = (word << 8) | part;
      part = 0;
    } else part = part * 10 + code - ZERO;
  }
  word = (word << 8) | part;
  return [word >>> 16, word & 0xffff];
}

/** The bits of a group of 16 that belong to a prefix of which so many bits are left. */
function maskOf(keep: number): number {
  return keep >= 16 ? 0xffff : (0xffff << (16 - keep)) & 0xffff;
}

function maskGroups(groups: readonly number[], bits: number): number[] {
  return groups.map((group, index) => {
    const keep = bits - index * 16;
    return keep <= 0 ? 0 : group & maskOf(keep);
  });
}
