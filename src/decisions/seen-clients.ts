/** Clients that were served well lately, so that no rule can shut out a large share of them at once. Bounded. */

import { copyText } from '../kit/text.ts';
import type { LogEvent } from '../model/log-event.ts';

const KEEP_MS = 3_600_000;
const MAX_CLIENTS = 50_000;

/** Remembers who was served. */
export interface SeenClients {
  notice(event: LogEvent): void;
  /** A ban of this address was accepted. */
  banned(ip: string): void;
  /** True when one more ban of this address would leave more than `share` of the served clients banned. */
  tooMany(ip: string, share: number, at: number): boolean;
}

/** Below so many clients a share says nothing. */
const ENOUGH = 20;

/** An empty memory. Only clients with a success count: a flood of attackers must not make room for banning the others. */
export function createSeenClients(): SeenClients {
  /** Address to last success and whether it was banned since. */
  const clients = new Map<string, { at: number; banned: boolean }>();
  let prunedAt = Number.NEGATIVE_INFINITY;

  function prune(at: number): void {
    if (at - prunedAt < 60_000) return;
    prunedAt = at;
    for (const [ip, each] of clients) if (at - each.at > KEEP_MS) clients.delete(ip);
  }

  return {
    notice(event) {
      if (event.fields['event.outcome'] !== 'success') return;
      const ip = event.fields['source.ip'];
      if (typeof ip !== 'string') return;
      const known = clients.get(ip);
      if (known !== undefined) known.at = event.time;
      else if (clients.size < MAX_CLIENTS) clients.set(copyText(ip), { at: event.time, banned: false });
      else prune(event.time);
    },
    banned(ip) {
      const known = clients.get(ip);
      if (known !== undefined) known.banned = true;
    },
    tooMany(ip, share, at) {
      if (!clients.has(ip)) return false;
      prune(at);
      if (clients.size < ENOUGH) return false;
      let banned = 1;
      for (const [each, { banned: is }] of clients) if (is && each !== ip) banned++;
      return banned / clients.size > share;
    },
  };
}
