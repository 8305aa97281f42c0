/** Finds the remembered addresses that lie in a network, without walking over all of them: kept by their /24 or /48. */
import { containsNetwork, type Network, parseNetwork } from '../kit/cidr.ts';

/** Numbers of IPv6 neighbourhoods begin behind those of IPv4. */
const BEHIND_V4 = 2 ** 24;

/** Addresses by neighbourhood. */
export interface AddressIndex {
  /** Remembers a canonical address; twice is once. */
  add(ip: string): void;
  delete(ip: string): void;
  /** The addresses in a network that is no wider than a /24 or /48. */
  within(network: Network): string[];
}

/** An empty index; whoever keeps it bounds it. */
export function createAddressIndex(): AddressIndex {
  // Most neighbourhoods have one address, and no set then.
  const shelves = new Map<number, string | Set<string>>();
  return {
    add(ip) {
      const number = shelfOf(parseNetwork(ip));
      if (number === null) return;
      const shelf = shelves.get(number);
      if (shelf === undefined) shelves.set(number, ip);
      else if (typeof shelf !== 'string') shelf.add(ip);
      else if (shelf !== ip) shelves.set(number, new Set([shelf, ip]));
    },
    delete(ip) {
      const number = shelfOf(parseNetwork(ip));
      const shelf = number === null ? undefined : shelves.get(number);
      if (number === null || shelf === undefined) return;
      const isLast = typeof shelf === 'string' ? shelf === ip : shelf.delete(ip) && shelf.size === 0;
      if (isLast) shelves.delete(number);
    },
    within(network) {
      const number = shelfOf(network);
      const shelf = number === null ? undefined : shelves.get(number);
      if (shelf === undefined) return [];
      return (typeof shelf === 'string' ? [shelf] : [...shelf]).filter((ip) => {
        const each = parseNetwork(ip);
        return each !== null && containsNetwork(network, each);
      });
    },
  };
}

/** A number for the /24 or /48 that holds the network's first address. */
function shelfOf(network: Network | null): number | null {
  if (network === null) return null;
  const [first, second, third] = network.groups;
  if (network.family === 4) return first! * 256 + (second! >> 8);
  return BEHIND_V4 + (first! * 65_536 + second!) * 65_536 + third!;
}
