/** Writes small MMDB files for tests: an IPv6 tree with IPv4 in ::/96, 24-bit records (MaxMind DB format 2.0). */
import { parseNetwork } from '../../src/kit/cidr.ts';

type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };
type Node = [Node | number | null, Node | number | null];

/** The bytes of a file that knows these networks. Later ones lie over earlier ones. */
export function mmdb(type: string, networks: Readonly<Record<string, Value>>, builtAt = 1_790_000_000): Buffer {
  const root: Node = [null, null];
  const data: Buffer[] = [];
  let size = 0;
  for (const [text, record] of Object.entries(networks)) {
    put(root, bitsOf(text), size);
    const bytes = encode(record);
    data.push(bytes);
    size += bytes.length;
  }
  const nodes: Node[] = [];
  const numberOf = new Map<Node, number>();
  const walk = (node: Node): void => {
    numberOf.set(node, nodes.length);
    nodes.push(node);
    for (const child of node) if (Array.isArray(child)) walk(child);
  };
  walk(root);
  const tree = Buffer.alloc(nodes.length * 6);
  nodes.forEach((node, index) => {
    node.forEach((child, side) => {
      const value = Array.isArray(child)
        ? numberOf.get(child)!
        : child === null
          ? nodes.length
          : nodes.length + 16 + child;
      tree.writeUIntBE(value, index * 6 + side * 3, 3);
    });
  });
  const metadata = encode({
    binary_format_major_version: 2,
    binary_format_minor_version: 0,
    build_epoch: builtAt,
    database_type: type,
    description: { en: 'made by a test' },
    ip_version: 6,
    languages: ['en'],
    node_count: nodes.length,
    record_size: 24,
  });
  const mark = Buffer.from('\u{ab}\u{cd}\u{ef}MaxMind.com', 'latin1');
  return Buffer.concat([tree, Buffer.alloc(16), ...data, mark, metadata]);
}

function bitsOf(text: string): number[] {
  const { family, bits, groups } = parseNetwork(text)!;
  const all = [...(family === 4 ? [0, 0, 0, 0, 0, 0] : []), ...groups].flatMap((group) =>
    Array.from({ length: 16 }, (_, index) => (group >> (15 - index)) & 1),
  );
  return all.slice(0, family === 4 ? 96 + bits : bits);
}

function put(root: Node, bits: readonly number[], at: number): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const next = node[bit];
    if (Array.isArray(next)) {
      node = next;
      continue;
    }
    const made: Node = [next ?? null, next ?? null];
    node[bit] = made;
    node = made;
  }
  node[bits.at(-1)!] = at;
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([head(2, text.length), text]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([head(6, 4), bytes]);
  }
  if (typeof value === 'boolean') return head(14, value ? 1 : 0);
  if (Array.isArray(value)) return Buffer.concat([head(11, value.length), ...value.map(encode)]);
  const pairs = Object.entries(value as Record<string, Value>);
  return Buffer.concat([head(7, pairs.length), ...pairs.flatMap(([key, each]) => [encode(key), encode(each)])]);
}

/** Type and length: short ones in one byte, types above 7 with a byte of their own. */
function head(type: number, length: number): Buffer {
  const [short, ...more] = length < 29 ? [length] : [29, length - 29];
  return Buffer.from(type > 7 ? [short!, type - 7, ...more] : [(type << 5) | short!, ...more]);
}
