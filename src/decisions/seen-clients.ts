/** Clients that were served lately, so that bans can never shut out a large share of them at once. Bounded. */

import type { Network } from '../kit/cidr.ts';
import { copyText } from '../kit/text.ts';
import type { LogEvent } from '../model/log-event.ts';
import { createAddressIndex } from './address-index.ts';

const KEEP_MS = 3_600_000;
const MAX_CLIENTS = 50_000;

/** Remembers who was served. */
export interface SeenClients {
  notice(event: LogEvent): void;
  /** A ban of this network was accepted. */
  banned(network: Network): void;
  /** It was lifted. */
  lifted(network: Network): void;
  /** True when one more ban, of this network, would leave more than `share` of the served clients banned. */
  tooMany(network: Network, share: number, at: number): boolean;
  /** Clients in the network that were served within the hour and are not banned. */
  within(network: Network, at: number): string[];
  /** Share of the clients served lately that are banned, 0 to 1. */
  readonly bannedShare: number;
}

/** Below so many clients a share says nothing. */
const ENOUGH = 20;

/** An empty memory. Only clients with a success count: a flood of attackers must not make room for banning the others. */
export function createSeenClients(): SeenClients {
  /** Address to last success and whether it was banned since. */
  const clients = new Map<string, { at: number; banned: boolean }>();
  const index = createAddressIndex();
  let banned = 0;
  let prunedAt = Number.NEGATIVE_INFINITY;

  function prune(at: number): void {
    if (at - prunedAt < 60_000) return;
    prunedAt = at;
    for (const [ip, each] of clients) {
      if (at - each.at <= KEEP_MS) continue;
      clients.delete(ip);
      index.delete(ip);
      if (each.banned) banned--;
    }
  }

  function mark(network: Network, is: boolean): void {
    for (const ip of index.within(network)) {
      const each = clients.get(ip)!;
      if (each.banned === is) continue;
      each.banned = is;
      banned += is ? 1 : -1;
    }
  }

  function within(network: Network, at: number): string[] {
    return index.within(network).filter((ip) => {
      const each = clients.get(ip)!;
      return !each.banned && at - each.at <= KEEP_MS;
    });
  }

  return {
    notice(event) {
      if (event.fields['event.outcome'] !== 'success') return;
      const ip = event.fields['source.ip'];
      if (typeof ip !== 'string') return;
      const known = clients.get(ip);
      if (known !== undefined) known.at = event.time;
      else if (clients.size < MAX_CLIENTS) {
        const kept = copyText(ip);
        clients.set(kept, { at: event.time, banned: false });
        index.add(kept);
      } else prune(event.time);
    },
    banned: (network) => mark(network, true),
    lifted: (network) => mark(network, false),
    tooMany(network, share, at) {
      const more = within(network, at).length;
      if (more === 0) return false;
      prune(at);
      return clients.size >= ENOUGH && (banned + more) / clients.size > share;
    },
    within,
    get bannedShare() {
      return clients.size < ENOUGH ? 0 : banned / clients.size;
    },
  };
}
