/**
 * Where calls to the outside may go. Addresses of a cloud's metadata service, and other link-local ones, are never asked,
 * whatever a name resolves to: they answer with the machine's own keys. Loopback and private networks may be asked where the
 * configuration's own file says so; the dashboard refuses to write a loopback address (`pageUrlProblem`).
 */
import { type LookupAddress, lookup } from 'node:dns';
import { isIP } from 'node:net';
import type { Dispatcher } from 'undici';
import { canonicalAddress } from './address.ts';
import { containsNetwork, parseNetwork } from './cidr.ts';
import { AppError } from './errors.ts';

/** RFC 3927 and 4291 link-local; AWS, Oracle and Alibaba keep metadata at the single ones. */
const NEVER = ['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::254/128', 'fd00:c1::a9fe:a9fe/128', '100.100.100.200/32'];
const SELF = ['127.0.0.0/8', '::1/128', '0.0.0.0/8', '::/128'];
const nets = (list: readonly string[]) => list.map((each) => parseNetwork(each)!);
const [never, self] = [nets(NEVER), nets(SELF)];

function isAmong(address: string, list: typeof never): boolean {
  const network = parseNetwork(address);
  return network !== null && list.some((each) => containsNetwork(each, network));
}

/** Is this an address that is never asked? */
export function isNeverAsked(address: string): boolean {
  return isAmong(canonicalAddress(address) ?? address, never);
}

/** Why a URL written on the dashboard is refused, or null. Names are looked at again when they are asked. */
export function pageUrlProblem(text: string): 'no-url' | 'metadata' | 'loopback' | null {
  const url = URL.parse(text.replaceAll(/\{\w+\}/g, 'x'));
  if (url === null || !/^https?:$/.test(url.protocol)) return 'no-url';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (isIP(host) !== 0) {
    if (isNeverAsked(host)) return 'metadata';
    return isAmong(canonicalAddress(host) ?? host, self) ? 'loopback' : null;
  }
  if (/(?:^|\.)(?:localhost|localhost\.localdomain)\.?$/i.test(host)) return 'loopback';
  return /^(?:metadata|instance-data)(?:\.|$)/i.test(host) ? 'metadata' : null;
}

function refuseUrl(text: string): void {
  const host = URL.parse(text)?.hostname.replace(/^\[|\]$/g, '') ?? '';
  if (isIP(host) !== 0 && isNeverAsked(host)) throw refusal(host);
}

function refusal(address: string): AppError {
  return new AppError('OUTBOUND_REFUSED', {
    message: `${address} is a link-local or metadata address; it is never asked`,
    hint: 'name a server of your own network',
  });
}

let shared: Dispatcher | null = null;

/**
 * The way out of a call. Throws OUTBOUND_REFUSED for a URL whose host is such an address itself; names that resolve to one
 * are refused at the moment of connecting.
 */
export async function outbound(url: string): Promise<Dispatcher> {
  refuseUrl(url);
  if (shared !== null) return shared;
  const { Agent } = await import('undici');
  shared = new Agent({
    connect: {
      lookup(hostname, options, done) {
        lookup(hostname, { ...options, all: true }, (error, found) => {
          if (error !== null) return done(error, '', 0);
          const addresses = found as LookupAddress[];
          const bad = addresses.find((each) => isNeverAsked(each.address));
          if (bad !== undefined) return done(refusal(bad.address), '', 0);
          if (options.all === true) return (done as (error: null, all: LookupAddress[]) => void)(null, addresses);
          done(null, addresses[0]!.address, addresses[0]!.family);
        });
      },
    },
  });
  return shared;
}
