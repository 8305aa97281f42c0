/** Who may send, and what is known of each sender: its address as the kernel saw it, never what its lines claim. */
import { canonicalAddress } from '../../kit/address.ts';
import { containsNetwork, type Network, parseNetwork } from '../../kit/cidr.ts';
import type { SourceRef } from '../../model/line.ts';
import type { Fields } from '../../model/log-event.ts';
import { isLoopback } from './listen-address.ts';

/** Senders remembered; the one unseen for longest is forgotten. */
const MAX_PEERS = 1024;
const MAX_REFUSED = 4096;

/** Whose word counts. */
export interface PeerSettings {
  /** Networks that may send; empty: loopback only. */
  readonly peers: readonly string[];
  /** Senders that pass on what other machines wrote: the host they name is believed. */
  readonly relays: readonly string[];
  /** Names of senders by address. */
  readonly hosts: Readonly<Record<string, string>>;
}

/** Gives every sender its own stream. */
export interface Peers {
  /** The sender's stream, or null when it may not send. */
  of(address: string): SourceRef | null;
  /** The same with more that is known, e.g. the name in a certificate; made anew. */
  with(address: string, fields: Fields): SourceRef | null;
  readonly count: number;
}

/** Senders of a source. */
export function createPeers(base: SourceRef, settings: PeerSettings): Peers {
  const allowed = networksOf(settings.peers);
  const relays = networksOf(settings.relays);
  const hosts = new Map(Object.entries(settings.hosts).map(([ip, name]) => [canonicalAddress(ip) ?? ip, name]));
  const known = new Map<string, SourceRef>();
  const refused = new Set<string>();

  function make(address: string, fields: Fields): SourceRef | null {
    const ip = canonicalAddress(address);
    const network = ip === null ? null : parseNetwork(ip);
    if (ip === null || network === null) return null;
    const may = settings.peers.length === 0 ? isLoopback(ip) : allowed.some((each) => containsNetwork(each, network));
    if (!may) return null;
    const isRelay = relays.some((each) => containsNetwork(each, network));
    return {
      ...base,
      id: `${base.id}#${ip}`,
      origin: { fields: { 'log.source.address': ip, ...fields }, host: isRelay ? null : (hosts.get(ip) ?? ip) },
    };
  }

  return {
    of(address) {
      const before = known.get(address);
      if (before !== undefined) return before;
      if (refused.has(address)) return null;
      const ref = make(address, {});
      if (ref === null) {
        if (refused.size >= MAX_REFUSED) refused.clear();
        refused.add(address);
        return null;
      }
      if (known.size >= MAX_PEERS) known.delete(known.keys().next().value!);
      known.set(address, ref);
      return ref;
    },
    with: make,
    get count() {
      return known.size;
    },
  };
}

function networksOf(texts: readonly string[]): Network[] {
  return texts.flatMap((text) => parseNetwork(text) ?? []);
}
