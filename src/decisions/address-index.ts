/** Finds the remembered addresses that lie in a network, without walking over all of them: kept by their /24 or /48. */
import { containsNetwork, formatNetwork, type Network, parseNetwork, widen } from '../kit/cidr.ts';

const SHELF_V4 = 24;
const SHELF_V6 = 48;

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
  const shelves = new Map<string, Set<string>>();
  return {
    add(ip) {
      const name = shelfOf(parseNetwork(ip));
      if (name === null) return;
      const shelf = shelves.get(name);
      if (shelf === undefined) shelves.set(name, new Set([ip]));
      else shelf.add(ip);
    },
    delete(ip) {
      const name = shelfOf(parseNetwork(ip));
      const shelf = name === null ? undefined : shelves.get(name);
      if (name === null || shelf === undefined || !shelf.delete(ip) || shelf.size > 0) return;
      shelves.delete(name);
    },
    within(network) {
      const name = shelfOf(network);
      const shelf = name === null ? undefined : shelves.get(name);
      if (shelf === undefined) return [];
      return [...shelf].filter((ip) => {
        const each = parseNetwork(ip);
        return each !== null && containsNetwork(network, each);
      });
    },
  };
}

function shelfOf(network: Network | null): string | null {
  return network === null ? null : formatNetwork(widen(network, network.family === 4 ? SHELF_V4 : SHELF_V6));
}
