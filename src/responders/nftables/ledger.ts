/**
 * What the kernel was last seen to hold, kept up by what was added and removed since. Reading a hundred thousand elements back costs
 * nft seconds of CPU; with the ledger a dry deletion of all of them proves in a fraction of it that none is missing.
 */
import { parseNetwork } from '../../kit/cidr.ts';
import { elementOf, type Held, setName, shapeOf } from './sets.ts';

/** From so many elements on reading everything is put off. */
const LARGE = 5_000;
/** Foreign elements are found at least this often. */
const FULL_EVERY_MS = 60_000;
/** Elements about to end may go while they are asked about. */
const ENDING_MS = 3_000;

/** The ledger of one table. */
export interface Ledger {
  /** Everything was read at this time. */
  fill(held: readonly Held[], at: number): void;
  add(ip: string, expiresAt: number): void;
  remove(ip: string): void;
  /** Nothing is known any more. */
  clear(): void;
  /** The elements that must be there, by set; null when everything is to be read. */
  expected(now: number): ReadonlyMap<string, readonly string[]> | null;
  held(): Held[];
}

/** An empty ledger. */
export function createLedger(): Ledger {
  const known = new Map<string, number | null>();
  let fullAt = Number.NEGATIVE_INFINITY;

  return {
    fill(held, at) {
      known.clear();
      fullAt = at;
      // A small table is read whole each time.
      if (held.length >= LARGE) for (const { ip, expiresAt } of held) known.set(ip, expiresAt);
    },
    add: (ip, expiresAt) => void (known.size > 0 && known.set(ip, expiresAt)),
    remove: (ip) => void known.delete(ip),
    clear() {
      known.clear();
      fullAt = Number.NEGATIVE_INFINITY;
    },
    expected(now) {
      if (known.size < LARGE || Math.abs(now - fullAt) >= FULL_EVERY_MS) return null;
      const bySet = new Map<string, string[]>();
      for (const [ip, expiresAt] of known) {
        if (expiresAt !== null && expiresAt <= now) known.delete(ip);
        if (expiresAt !== null && expiresAt <= now + ENDING_MS) continue;
        const [set, element] = placeOf(ip);
        const list = bySet.get(set);
        if (list === undefined) bySet.set(set, [element]);
        else list.push(element);
      }
      return bySet;
    },
    held: () => [...known].map(([ip, expiresAt]) => ({ ip, expiresAt })),
  };
}

/** Set and element of a canonical address or network. */
function placeOf(ip: string): [string, string] {
  const slash = ip.indexOf('/');
  if (slash < 0) return [ip.indexOf(':') < 0 ? 'banned4' : 'banned6', ip];
  const network = parseNetwork(ip)!;
  return [setName(shapeOf(network)), elementOf(network)];
}
