/**
 * The real client behind proxies: X-Forwarded-For, Forwarded (RFC 7239) and real-ip fields are read from the right, hop by hop, only
 * while the hop before is a proxy of ours. What a client wrote itself stands further left and is never reached.
 */
import { canonicalAddress } from '../kit/address.ts';
import { containsNetwork, type Network, parseNetwork } from '../kit/cidr.ts';
import { copyText } from '../kit/text.ts';
import type { LogEvent } from '../model/log-event.ts';

/** Field with the whole chain as logged. */
export const CHAIN = 'http.request.forwarded';
/** Field with the one address a proxy put into X-Real-IP and the like. */
export const REAL_IP = 'http.request.real_ip';

const MAX_HOPS = 32;
const MAX_CHAIN = 2048;
const CACHED = 1024;

/** Sets `source.ip` to the first hop that is no proxy of ours; the event as it is where nothing is to be believed. */
export type ClientWalk = (event: LogEvent) => LogEvent;

/** A walk that trusts these proxies; null when there are none. */
export function createClientWalk(trusted: readonly Network[]): ClientWalk | null {
  if (trusted.length === 0) return null;
  const answers = new Map<string, boolean>();

  function isTrusted(ip: string): boolean {
    const known = answers.get(ip);
    if (known !== undefined) return known;
    const network = parseNetwork(ip);
    const is = network !== null && trusted.some((each) => containsNetwork(each, network));
    if (answers.size >= CACHED) answers.clear();
    answers.set(copyText(ip), is);
    return is;
  }

  return (event) => {
    const { fields } = event;
    const chain = fields[CHAIN];
    const real = fields[REAL_IP];
    if (typeof chain !== 'string' && typeof real !== 'string') return event;
    const peer = fields['source.ip'];
    // A log that names no peer at all holds what our own server was told by whoever connected to it.
    if (typeof peer === 'string' ? !isTrusted(peer) : fields['source.address'] !== undefined) return event;
    const client =
      typeof chain === 'string'
        ? firstUntrusted(hopsOf(chain), isTrusted)
        : typeof peer === 'string'
          ? canonicalAddress(String(real))
          : null;
    if (client === null || client === peer) return event;
    return { ...event, fields: { ...fields, 'source.ip': client, 'proxy.ip': peer } };
  };
}

/** The first hop from the right that is no proxy; null where the chain breaks off before one. */
function firstUntrusted(hops: readonly string[], isTrusted: (ip: string) => boolean): string | null {
  let last: string | null = null;
  for (let i = hops.length - 1; i >= 0; i--) {
    const ip = addressOf(hops[i]!);
    // `unknown`, an obfuscated name or rubbish: who came before is not known, so nobody is blamed for it.
    if (ip === null) return last;
    if (!isTrusted(ip)) return ip;
    last = ip;
  }
  return last;
}

/** The hops of a chain in order, at most the last 32. Commas within quotes do not part. */
function hopsOf(chain: string): string[] {
  if (chain.length > MAX_CHAIN) return [];
  const hops: string[] = [];
  let start = 0;
  let quoted = false;
  for (let i = 0; i <= chain.length; i++) {
    const code = chain.charCodeAt(i);
    if (code === 34) quoted = !quoted;
    if (i < chain.length && (quoted || code !== 44)) continue;
    hops.push(chain.slice(start, i).trim());
    if (hops.length > MAX_HOPS) hops.shift();
    start = i + 1;
  }
  return hops;
}

/** The address of one hop: bare, with a port, in brackets, or RFC 7239's `for=` among other pairs. */
function addressOf(hop: string): string | null {
  let text = hop;
  if (text.indexOf('=') >= 0) {
    const pair = text.split(';').find((each) => /^\s*for\s*=/i.test(each));
    if (pair === undefined) return null;
    text = pair.slice(pair.indexOf('=') + 1).trim();
  }
  if (text.startsWith('"') && text.endsWith('"') && text.length > 1) text = text.slice(1, -1);
  const plain = canonicalAddress(text);
  if (plain !== null) return plain;
  const port = /^(\[[0-9a-fA-F:.]{2,45}\]|[0-9.]{7,15}):\d{1,5}$/.exec(text);
  return port === null ? null : canonicalAddress(port[1]!);
}
