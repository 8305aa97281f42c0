/** Address ranges with a number each, in typed arrays: IPv4 as 32-bit, IPv6 as two 64-bit ends; found by binary search. */
import { ipv6Groups } from '../kit/address.ts';
import type { Network } from '../kit/cidr.ts';

/** Ranges of autonomous systems. Ranges of one family must not overlap, as in the databases. */
export interface AsnRanges {
  add(from: string, to: string, asn: number): void;
  addNetwork(network: Network, asn: number): void;
  /** To be called once after the last `add`. */
  sort(): void;
  /** The number of a range that shares an address with the network, or null. */
  overlapping(network: Network): number | null;
  has(asn: number): boolean;
  readonly size: number;
}

/** One family: ends as 128-bit values in pairs of words, so that both families share the code. */
class Family {
  starts = new BigUint64Array(0);
  ends = new BigUint64Array(0);
  lowStarts = new BigUint64Array(0);
  lowEnds = new BigUint64Array(0);
  asns = new Uint32Array(0);
  rows: { from: bigint; to: bigint; asn: number }[] = [];

  sort(): void {
    this.rows.sort((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0));
    const { length } = this.rows;
    this.starts = new BigUint64Array(length);
    this.ends = new BigUint64Array(length);
    this.lowStarts = new BigUint64Array(length);
    this.lowEnds = new BigUint64Array(length);
    this.asns = new Uint32Array(length);
    for (const [index, { from, to, asn }] of this.rows.entries()) {
      this.starts[index] = from >> 64n;
      this.lowStarts[index] = from & LOW;
      this.ends[index] = to >> 64n;
      this.lowEnds[index] = to & LOW;
      this.asns[index] = asn;
    }
    this.rows = [];
  }

  /** The last range that begins at or before `to` overlaps if it ends at or after `from`. */
  find(from: bigint, to: bigint): number | null {
    let low = 0;
    let high = this.asns.length - 1;
    let found = -1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (((this.starts[middle]! << 64n) | this.lowStarts[middle]!) <= to) {
        found = middle;
        low = middle + 1;
      } else high = middle - 1;
    }
    if (found < 0) return null;
    return ((this.ends[found]! << 64n) | this.lowEnds[found]!) >= from ? this.asns[found]! : null;
  }
}

const LOW = 0xffff_ffff_ffff_ffffn;

/** No ranges yet. */
export function createAsnRanges(): AsnRanges {
  const families = { 4: new Family(), 6: new Family() };
  const numbers = new Set<number>();
  let size = 0;

  function push(family: 4 | 6, from: bigint, to: bigint, asn: number): void {
    if (to < from) return;
    families[family].rows.push({ from, to, asn });
    numbers.add(asn);
    size++;
  }

  return {
    add: (from, to, asn) => push(from.includes(':') ? 6 : 4, numberOf(from), numberOf(to), asn),
    addNetwork(network, asn) {
      const [from, to] = boundsOf(network);
      push(network.family, from, to, asn);
    },
    sort() {
      families[4].sort();
      families[6].sort();
    },
    overlapping(network) {
      const [from, to] = boundsOf(network);
      return families[network.family].find(from, to);
    },
    has: (asn) => numbers.has(asn),
    get size() {
      return size;
    },
  };
}

function numberOf(address: string): bigint {
  return address.includes(':')
    ? ipv6Groups(address).reduce((value, group) => (value << 16n) | BigInt(group), 0n)
    : address.split('.').reduce((value, part) => (value << 8n) | BigInt(part), 0n);
}

function boundsOf(network: Network): [bigint, bigint] {
  const from = network.groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
  const width = network.family === 4 ? 32 : 128;
  return [from, from | ((1n << BigInt(width - network.bits)) - 1n)];
}
