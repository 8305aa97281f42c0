/** The bans in force: found by exact text, by what covers an address, by what lies in a network, by their end. */
import { containsNetwork, formatNetwork, type Network, parseNetwork, widen } from '../kit/cidr.ts';
import type { DecisionRecord } from '../store/store.ts';

/** Bans by network. At most one a network. */
export interface ActiveBans {
  readonly size: number;
  add(decision: DecisionRecord): void;
  delete(decision: DecisionRecord): void;
  /** The ban of exactly this canonical text. */
  get(ip: string): DecisionRecord | undefined;
  /** The ban that covers the whole network, of which this is the canonical text, and ends last; or null. */
  covering(network: Network, text: string): DecisionRecord | null;
  /** Bans of the network and of networks in it. Walks over all. */
  within(network: Network): DecisionRecord[];
  /** Takes out what ended by now. */
  takeEnded(now: number): DecisionRecord[];
  values(): Iterable<DecisionRecord>;
}

/** An index over the given bans. */
export function createActiveBans(): ActiveBans {
  const byIp = new Map<string, DecisionRecord>();
  /** Prefix lengths in use, `family * 256 + bits` to how many. */
  const lengths = new Map<number, number>();
  /** Nothing ends before this: most looks at the clock need not walk over all. */
  let nextEnd = Number.POSITIVE_INFINITY;

  function lengthOf(decision: DecisionRecord): number {
    const slash = decision.ip.indexOf('/');
    const six = decision.ip.indexOf(':') >= 0;
    return (six ? 6 : 4) * 256 + (slash < 0 ? (six ? 128 : 32) : Number(decision.ip.slice(slash + 1)));
  }

  function remove(decision: DecisionRecord): void {
    if (!byIp.delete(decision.ip)) return;
    const length = lengthOf(decision);
    const left = (lengths.get(length) ?? 1) - 1;
    if (left === 0) lengths.delete(length);
    else lengths.set(length, left);
  }

  return {
    get size() {
      return byIp.size;
    },
    add(decision) {
      if (!byIp.has(decision.ip)) {
        const length = lengthOf(decision);
        lengths.set(length, (lengths.get(length) ?? 0) + 1);
      }
      byIp.set(decision.ip, decision);
      if (decision.expiresAt < nextEnd) nextEnd = decision.expiresAt;
    },
    delete: remove,
    get: (ip) => byIp.get(ip),
    covering(network, text) {
      let best: DecisionRecord | null = null;
      for (const length of lengths.keys()) {
        const bits = length % 256;
        if (length >> 8 !== network.family || bits > network.bits) continue;
        const found = byIp.get(bits === network.bits ? text : formatNetwork(widen(network, bits)));
        if (found !== undefined && (best === null || found.expiresAt > best.expiresAt)) best = found;
      }
      return best;
    },
    within(network) {
      const found: DecisionRecord[] = [];
      if (network.bits === (network.family === 4 ? 32 : 128)) {
        const exact = byIp.get(formatNetwork(network));
        return exact === undefined ? [] : [exact];
      }
      for (const decision of byIp.values()) {
        const each = parseNetwork(decision.ip);
        if (each !== null && containsNetwork(network, each)) found.push(decision);
      }
      return found;
    },
    takeEnded(now) {
      if (now < nextEnd) return [];
      const ended: DecisionRecord[] = [];
      nextEnd = Number.POSITIVE_INFINITY;
      for (const decision of byIp.values()) {
        if (decision.expiresAt <= now) ended.push(decision);
        else if (decision.expiresAt < nextEnd) nextEnd = decision.expiresAt;
      }
      for (const decision of ended) remove(decision);
      return ended;
    },
    values: () => byIp.values(),
  };
}
