/** A million networks in typed arrays: IPv4 as sorted, merged ranges found by binary search, IPv6 in a hash table a prefix length. */
import { canonicalAddress, ipv6Groups, isPlainIPv4 } from '../../kit/address.ts';
import { SixTable } from './six-table.ts';

/** What a look-up found: the index of the list an entry came from. */
export interface PrefixTable {
  /** Index of the list that holds the address, or -1. */
  lookup(address: string): number;
  readonly size: number;
}

/** Gathers entries; `build` sorts them once. */
export interface PrefixTableBuilder {
  /** Adds a network as text (address or CIDR) of a list. False when it is none or too wide. */
  add(text: string, list: number): boolean;
  build(): PrefixTable;
}

const WIDEST_V4 = 8;
const WIDEST_V6 = 19;

/** A growing column of numbers. */
class Column {
  values: Float64Array;
  length = 0;

  constructor(capacity: number) {
    this.values = new Float64Array(capacity);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const grown = new Float64Array(this.values.length * 2);
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.length++] = value;
  }
}

/** An empty builder. */
export function createPrefixTable(): PrefixTableBuilder {
  // An IPv4 entry is one number: start * 2^13 + bits * 2^8 + list; sorting the numbers sorts the networks.
  const four = new Column(1024);
  const six = new SixTable();

  return {
    add(text, list) {
      const slash = text.indexOf('/');
      const address = slash < 0 ? text : text.slice(0, slash);
      const bitsText = slash < 0 ? null : text.slice(slash + 1);
      const bits = bitsText === null ? null : /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : -1;
      if (isPlainIPv4(address)) {
        const length = bits ?? 32;
        if (length < WIDEST_V4 || length > 32) return false;
        const start = (ipv4Number(address) & maskOf(length)) >>> 0;
        if (isReserved(start)) return false;
        four.push(start * 16_384 + length * 256 + list);
        return true;
      }
      const canonical = address.indexOf(':') < 0 ? null : canonicalAddress(address);
      const length = bits ?? 128;
      if (canonical === null || canonical.indexOf(':') < 0 || length < WIDEST_V6 || length > 128) return false;
      const groups = ipv6Groups(canonical);
      if (groups[0]! >> 13 !== 1) return false;
      six.add(groups, length, list);
      return true;
    },
    build() {
      const sorted = four.values.subarray(0, four.length).slice().sort();
      const { starts, ends, lists } = mergeRanges(sorted);
      return {
        size: four.length + six.size,
        lookup(address) {
          if (address.indexOf(':') < 0) return lookupFour(ipv4Number(address), starts, ends, lists);
          return six.lookup(ipv6Groups(address));
        },
      };
    },
  };
}

/** Networks to disjoint ranges: what lies inside an earlier one is dropped. */
function mergeRanges(sorted: Float64Array): { starts: Uint32Array; ends: Uint32Array; lists: Uint8Array } {
  const starts = new Uint32Array(sorted.length);
  const ends = new Uint32Array(sorted.length);
  const lists = new Uint8Array(sorted.length);
  let count = 0;
  for (const entry of sorted) {
    const start = Math.floor(entry / 16_384);
    const rest = entry % 16_384;
    const end = start + 2 ** (32 - (rest >> 8)) - 1;
    if (count > 0 && start <= ends[count - 1]!) {
      if (end > ends[count - 1]!) ends[count - 1] = end;
      continue;
    }
    starts[count] = start;
    ends[count] = end;
    lists[count++] = rest & 255;
  }
  return { starts: starts.slice(0, count), ends: ends.slice(0, count), lists: lists.slice(0, count) };
}

function lookupFour(value: number, starts: Uint32Array, ends: Uint32Array, lists: Uint8Array): number {
  let low = 0;
  let high = starts.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! > value) high = middle - 1;
    else if (ends[middle]! < value) low = middle + 1;
    else return lists[middle]!;
  }
  return -1;
}

function ipv4Number(address: string): number {
  let value = 0;
  let part = 0;
  for (let i = 0; i < address.length; i++) {
    const code = address.charCodeAt(i);
    if (code === 46) {
      value = value * 256 + part;
      part = 0;
    } else {
      part = part * 10 + code - 48;
    }
  }
  return value * 256 + part;
}

function maskOf(bits: number): number {
  return bits === 0 ? 0 : (0xffffffff << (32 - bits)) >>> 0;
}

/** Never of any use in a block list, and harmful: this host, loopback, private, link-local, multicast and above. */
function isReserved(start: number): boolean {
  const first = start >>> 24;
  const second = (start >>> 16) & 255;
  return (
    first === 0 ||
    first === 10 ||
    first === 127 ||
    first >= 224 ||
    (first === 169 && second === 254) ||
    (first === 172 && second >= 16 && second < 32) ||
    (first === 192 && second === 168)
  );
}
