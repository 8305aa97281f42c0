/** Who would have been banned, and what they did afterwards: the measure of a rule is whom it hits. */
import { formatNetwork, parseNetwork, widen } from '../kit/cidr.ts';
import { copyText } from '../kit/text.ts';
import { isLogin, type LogEvent } from '../model/log-event.ts';
import type { DecisionRecord } from '../store/store.ts';

/** One banned address or network, from its first ban on. */
export interface Banned {
  readonly ip: string;
  /** Time of the first ban, ms since the epoch, and the rule that made it. */
  readonly at: number;
  readonly rule: string;
  readonly detection: string | null;
  /** All rules that would have banned it. */
  readonly rules: Set<string>;
  bans: number;
  /** Accepted logins after the first ban. */
  logins: number;
  /** Web requests after it that were answered (status below 400), and those that were not. */
  served: number;
  unserved: number;
  /** Different paths among the served, as far as they matter. */
  readonly paths: string[];
  /** Detections of medium or worse after it, of a rule that had not accused it before. */
  accused: number;
  /** Events from it that led to the ban; 0 where nobody counted. */
  before: number;
}

/** A banned address used the site normally later when all of this holds. */
export const NORMAL_USE = { served: 10, share: 0.9, paths: 3 } as const;

/** Whether it used the site normally after its first ban: served often, in most of its requests, on several paths, and accused of nothing new. */
export function usedNormally({ served, unserved, paths, accused }: Banned): boolean {
  return (
    served >= NORMAL_USE.served &&
    served >= NORMAL_USE.share * (served + unserved) &&
    paths.length >= NORMAL_USE.paths &&
    accused === 0
  );
}

/** Remembers the banned. */
export interface BanTally {
  /** The entry of a first ban; null for a further one, or beyond the bound. */
  ban(decision: DecisionRecord): Banned | null;
  /** Another rule would have banned it too. */
  also(ip: string, rule: string): void;
  /** Every event, after what it led to. */
  notice(event: LogEvent): void;
  /** A rule of medium or worse spoke about an address. */
  accuse(ip: string, rule: string): void;
  /** The ban that covers an address or network. */
  covering(ip: string): Banned | null;
  readonly all: ReadonlyMap<string, Banned>;
  /** Bans beyond the bound, of which nothing is known. */
  readonly dropped: number;
}

/** An empty tally that holds so many addresses. */
export function createBanTally(most = 200_000): BanTally {
  const all = new Map<string, Banned>();
  /** Prefix lengths there are, of each family. */
  const lengths: Record<4 | 6, Set<number>> = { 4: new Set(), 6: new Set() };
  let dropped = 0;

  function covering(ip: string): Banned | null {
    const exact = all.get(ip);
    if (exact !== undefined) return exact;
    if (lengths[6].size === 0 && lengths[4].size === 0) return null;
    const isSix = ip.includes(':');
    if (lengths[isSix ? 6 : 4].size === 0) return null;
    const network = parseNetwork(ip);
    if (network === null) return null;
    for (const bits of lengths[network.family]) {
      if (bits > network.bits) continue;
      const found = all.get(formatNetwork(widen(network, bits)));
      if (found !== undefined) return found;
    }
    return null;
  }

  return {
    all,
    get dropped() {
      return dropped;
    },
    covering,
    ban({ ip, at, rule, detection }) {
      const known = all.get(ip);
      if (known !== undefined) {
        known.bans++;
        if (rule !== null) known.rules.add(rule);
        return null;
      }
      if (all.size >= most) {
        dropped++;
        return null;
      }
      const network = parseNetwork(ip);
      if (network !== null && network.bits < (network.family === 4 ? 32 : 128))
        lengths[network.family].add(network.bits);
      const by = rule ?? '';
      const banned: Banned = {
        ...{ ip, at, rule: by, detection, rules: new Set([by]), bans: 1 },
        ...{ logins: 0, served: 0, unserved: 0, paths: [], accused: 0, before: 0 },
      };
      all.set(ip, banned);
      return banned;
    },
    also: (ip, rule) => void covering(ip)?.rules.add(rule),
    accuse(ip, rule) {
      const banned = covering(ip);
      if (banned !== null && !banned.rules.has(rule)) banned.accused++;
    },
    notice(event) {
      const { fields } = event;
      const ip = fields['source.ip'];
      if (typeof ip !== 'string' || all.size === 0) return;
      const banned = covering(ip);
      if (banned === null || event.time <= banned.at) return;
      if (isLogin(event)) banned.logins++;
      const status = fields['http.response.status_code'];
      if (typeof status !== 'number') return;
      if (status >= 400) {
        banned.unserved++;
        return;
      }
      banned.served++;
      const path = fields['url.path'];
      if (banned.paths.length < NORMAL_USE.paths && typeof path === 'string' && !banned.paths.includes(path))
        banned.paths.push(copyText(path));
    },
  };
}
