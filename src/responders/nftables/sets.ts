/**
 * The shape of bekci's nftables table: one hash set a prefix length, matched under its mask. A hash takes an element in the same
 * time however many it holds, and no two elements can overlap; an interval set of 100,000 needs most of a second for one more.
 */
import { isPlainIPv4 } from '../../kit/address.ts';
import { formatNetwork, type Network, parseNetwork } from '../../kit/cidr.ts';

/** One set: a family and the prefix length of its elements. */
export interface SetShape {
  readonly family: 4 | 6;
  readonly bits: number;
}

/** One thing the kernel holds. */
export interface Held {
  readonly ip: string;
  readonly expiresAt: number | null;
}

/** What `nft -j list table` says, as far as bekci asks. */
export interface TableState {
  readonly held: readonly Held[];
  /** Names of the sets that are there. */
  readonly sets: ReadonlySet<string>;
  /** Names of the sets some rule drops by. */
  readonly guarded: ReadonlySet<string>;
  readonly droppedPackets: number;
  readonly droppedBytes: number;
  /** Set name to packets dropped by it. */
  readonly droppedBySet: Readonly<Record<string, number>>;
}

/** The sets that always are there. */
export const USUAL_SETS: readonly SetShape[] = [
  { family: 4, bits: 32 },
  { family: 4, bits: 24 },
  { family: 6, bits: 128 },
  { family: 6, bits: 64 },
  { family: 6, bits: 56 },
  { family: 6, bits: 48 },
];

/** `banned4`, `banned6` for whole addresses, `banned6_64` for prefixes. */
export function setName(shape: SetShape): string {
  return isWhole(shape) ? `banned${shape.family}` : `banned${shape.family}_${shape.bits}`;
}

/** The set a network belongs in. */
export function shapeOf(network: Network): SetShape {
  return { family: network.family, bits: network.bits };
}

/** The network's first address: what its set holds. */
export function elementOf(network: Network): string {
  return formatNetwork({ ...network, bits: network.family === 4 ? 32 : 128 });
}

/** Commands that create what is missing and write the chain anew; elements that are there stay. */
export function skeleton(table: string, shapes: Iterable<SetShape>): string {
  const all = [...shapes];
  return [
    `add table inet ${table}`,
    ...all.map(
      (shape) =>
        `add set inet ${table} ${setName(shape)} { type ipv${shape.family}_addr; flags timeout; size 1000000; counter; }`,
    ),
    `add chain inet ${table} prerouting { type filter hook prerouting priority -310; policy accept; }`,
    `flush chain inet ${table} prerouting`,
    ...all.map((shape) => `add rule inet ${table} prerouting ${match(shape)} @${setName(shape)} counter drop`),
    '',
  ].join('\n');
}

function match(shape: SetShape): string {
  const field = shape.family === 4 ? 'ip saddr' : 'ip6 saddr';
  if (isWhole(shape)) return field;
  const groups = Array.from({ length: shape.family === 4 ? 2 : 8 }, () => 0xffff);
  const width = shape.family === 4 ? 32 : 128;
  const mask = parseNetwork(`${elementOf({ family: shape.family, bits: width, groups })}/${shape.bits}`);
  return mask === null ? field : `${field} & ${elementOf(mask)}`;
}

function isWhole(shape: SetShape): boolean {
  return shape.bits === (shape.family === 4 ? 32 : 128);
}

interface NftDocument {
  readonly nftables: readonly {
    readonly set?: { readonly name: string; readonly elem?: readonly unknown[] };
    readonly rule?: { readonly expr?: readonly unknown[] };
  }[];
}

/** Reads `nft -j list table`. Elements that no set of ours would hold are left out. */
export function readTable(json: string, now: number): TableState {
  const { rest, arrays } = withoutElements(json);
  const document = JSON.parse(rest) as NftDocument;
  let next = 0;
  const held: Held[] = [];
  const sets = new Set<string>();
  const guarded = new Set<string>();
  let droppedPackets = 0;
  let droppedBytes = 0;
  const droppedBySet: Record<string, number> = {};
  for (const { set, rule } of document.nftables) {
    if (set !== undefined) {
      sets.add(set.name);
      if (set.elem === undefined) continue;
      const [start, end] = arrays[next++] ?? [0, 0];
      // The canary's own set holds nobody.
      if (!set.name.startsWith('banned')) continue;
      for (const entry of elementsIn(json, start, end)) {
        const one = heldOf(set.name, entry, now);
        if (one !== null) held.push(one);
      }
    }
    let by = '';
    for (const part of rule?.expr ?? []) {
      const { match: matched, counter } = part as {
        match?: { right?: unknown };
        counter?: { packets: number; bytes: number };
      };
      if (typeof matched?.right === 'string') {
        by = matched.right.replace(/^@/, '');
        guarded.add(by);
      }
      if (counter !== undefined && by !== '') droppedBySet[by] = (droppedBySet[by] ?? 0) + counter.packets;
      droppedPackets += counter?.packets ?? 0;
      droppedBytes += counter?.bytes ?? 0;
    }
  }
  return { held, sets, guarded, droppedPackets, droppedBytes, droppedBySet };
}

const ARRAY = /"elem": ?\[/g;
const SLICE = 65_536;

/** The document with empty element arrays, and where each array was: a hundred thousand elements at once would be a hundred MiB of objects. */
function withoutElements(json: string): { rest: string; arrays: [number, number][] } {
  const arrays: [number, number][] = [];
  let rest = '';
  let from = 0;
  for (const found of json.matchAll(ARRAY)) {
    const start = found.index + found[0].length;
    // Addresses, numbers and objects: no bracket before the one that ends it.
    const end = json.indexOf(']', start);
    arrays.push([start, end]);
    rest += json.slice(from, start);
    from = end;
  }
  return { rest: rest + json.slice(from), arrays };
}

/** The elements of an array, some hundred at a time. */
function* elementsIn(json: string, start: number, end: number): Generator<unknown> {
  for (let from = start; from < end; ) {
    // Elements of one set have one form: objects with a timeout, or bare texts.
    const cut = json.indexOf(', {"elem": ', Math.min(end, from + SLICE));
    const to = cut < 0 || cut >= end ? end : cut;
    yield* JSON.parse(`[${json.slice(from, to)}]`) as unknown[];
    from = to === end ? end : to + 2;
  }
}

/** An element is a text, or `{elem: {val, expires}}` when it has a timeout or counter. */
function heldOf(name: string, entry: unknown, now: number): Held | null {
  const elem = (entry as { elem?: { val: unknown; expires?: number } }).elem;
  const value = elem?.val ?? entry;
  if (typeof value !== 'string') return null;
  const expiresAt = elem?.expires === undefined ? null : now + elem.expires * 1000;
  const under = name.indexOf('_');
  if (under < 0 && isPlainIPv4(value)) return { ip: value, expiresAt };
  const network = parseNetwork(under < 0 ? value : `${value}/${name.slice(under + 1)}`);
  if (network === null) return null;
  return { ip: formatNetwork(network), expiresAt };
}

/** Drops as a responder's figures: all of them, and `dropped_packets:SET` for each set that dropped any. */
export function dropFigures(
  packets: number,
  bytes: number,
  bySet: Readonly<Record<string, number>>,
): Record<string, number> {
  const sets = Object.entries(bySet).filter(([, count]) => count > 0);
  return {
    dropped_packets: packets,
    dropped_bytes: bytes,
    ...Object.fromEntries(sets.map(([name, count]) => [`dropped_packets:${name}`, count])),
  };
}
