/** How a banned network is written in the files of programs that read their own deny list. */
import { formatNetwork, type Network, parseNetwork } from '../../kit/cidr.ts';

/** One kind of file: a line a network, and the way back. */
export interface DenyFormat {
  line(network: Network): string;
  /** The network of a line that this format wrote; null for any other line. */
  parse(line: string): Network | null;
}

/** `203.0.113.7 1;` as nginx's `geo` blocks include it. */
export const NGINX: DenyFormat = {
  line: (network) => `${formatNetwork(network)} 1;`,
  parse: (line) => (line.endsWith(' 1;') ? parseNetwork(line.slice(0, -3)) : null),
};

/** `203.0.113.7 1` as HAProxy's `map_ip` reads it. */
export const HAPROXY: DenyFormat = {
  line: (network) => `${formatNetwork(network)} 1`,
  parse: (line) => (line.endsWith(' 1') ? parseNetwork(line.slice(0, -2)) : null),
};

/** `ALL: 203.0.113.0/255.255.255.0` and `ALL: [2001:db8::]/64`, see hosts_access(5). */
export const HOSTS_DENY: DenyFormat = {
  line(network) {
    const text = formatNetwork(network);
    const [address, bits] = text.split('/');
    if (network.family === 6) return `ALL: [${address}]/${bits ?? 128}`;
    return bits === undefined ? `ALL: ${text}` : `ALL: ${address}/${maskOf(Number(bits))}`;
  },
  parse(line) {
    if (!line.startsWith('ALL: ')) return null;
    const [address, bits] = line.slice(5).split('/');
    const plain = address!.replace('[', '').replace(']', '');
    if (bits === undefined) return parseNetwork(plain);
    return parseNetwork(`${plain}/${bits.includes('.') ? lengthOf(bits) : bits}`);
  },
};

function maskOf(bits: number): string {
  return formatNetwork({ family: 4, bits: 32, groups: parseNetwork(`255.255.255.255/${bits}`)!.groups });
}

function lengthOf(mask: string): number {
  let bits = 0;
  for (const part of mask.split('.')) for (let left = Number(part); left > 0; left = (left << 1) & 255) bits++;
  return bits;
}
