/**
 * Notices that all web traffic seems to come from a few addresses: then the log shows a proxy, not its visitors, and a ban would shut
 * out everybody. An attacker who makes most of the traffic of a small site must not pass for one, so the addresses must have been
 * served for ten minutes, mostly well, with many different browsers. Bounded; a handful of operations an event.
 */
import { copyText } from '../kit/text.ts';
import type { LogEvent } from '../model/log-event.ts';

const WINDOW_MS = 600_000;
/** Fewer requests in a window say nothing. */
const ENOUGH = 200;
const FEW = 3;
const SHARE = 0.9;
const SERVED = 0.5;
/** Distinct user agents (estimated) an address must bring. */
const AGENTS = 5;
/** More addresses than this in a window are no proxy; counting rests until the next. */
const MAX_ADDRESSES = 256;

interface Counts {
  requests: number;
  served: number;
  /** 32 places; each agent sets one. */
  agents: number;
}

/** Watches where requests come from. */
export interface FewSources {
  notice(event: LogEvent): void;
  /** The addresses taken for proxies now, sorted. */
  readonly likelyProxies: readonly string[];
}

/** Nothing seen yet. `onChange` is told when the addresses change, also to none. */
export function createFewSources(onChange: (ips: readonly string[]) => void): FewSources {
  let counts = new Map<string, Counts>();
  let total = 0;
  let resting = false;
  let from = 0;
  let likely: readonly string[] = [];

  function closeWindow(at: number): void {
    // A verdict stands until a window with enough in it says otherwise.
    if (resting || total >= ENOUGH) {
      const found = resting ? [] : proxiesIn(counts, total);
      if (found.join() !== likely.join()) onChange(found);
      likely = found;
    }
    counts = new Map();
    total = 0;
    resting = false;
    from = at;
  }

  return {
    notice(event) {
      const { fields } = event;
      if (fields['http.response.status_code'] === undefined) return;
      if (from === 0) from = event.time;
      if (event.time - from >= WINDOW_MS) closeWindow(event.time);
      if (resting) return;
      const ip = fields['source.ip'];
      if (typeof ip !== 'string') return;
      let mine = counts.get(ip);
      if (mine === undefined) {
        if (counts.size >= MAX_ADDRESSES) {
          resting = true;
          return;
        }
        mine = { requests: 0, served: 0, agents: 0 };
        counts.set(copyText(ip), mine);
      }
      total++;
      mine.requests++;
      if (fields['event.outcome'] === 'success') mine.served++;
      const agent = fields['user_agent.original'];
      if (typeof agent === 'string') mine.agents |= 1 << (hashOf(agent) & 31);
    },
    get likelyProxies() {
      return likely;
    },
  };
}

function proxiesIn(counts: ReadonlyMap<string, Counts>, total: number): string[] {
  const busiest = [...counts].toSorted(([, one], [, other]) => other.requests - one.requests).slice(0, FEW);
  const together = busiest.reduce((sum, [, each]) => sum + each.requests, 0);
  if (together < total * SHARE) return [];
  return busiest
    .filter(
      ([, each]) =>
        each.requests >= total / 20 && each.served >= each.requests * SERVED && bitsOf(each.agents) >= AGENTS,
    )
    .map(([ip]) => ip)
    .sort();
}

/** A few characters are enough: the same agent always gives the same place. */
function hashOf(text: string): number {
  let hash = text.length;
  for (let i = 0; i < text.length && i < 128; i += 7) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return (hash ^ (hash >>> 15)) >>> 0;
}

function bitsOf(mask: number): number {
  let count = 0;
  for (let left = mask; left !== 0; left &= left - 1) count++;
  return count;
}
