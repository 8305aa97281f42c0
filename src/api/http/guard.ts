/** Who may knock at all: names of this host, pages of our own origin, and where a request really comes from. */
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import { canonicalAddress } from '../../kit/address.ts';
import { containsNetwork, type Network, parseNetwork } from '../../kit/cidr.ts';
import { fail } from '../../kit/errors.ts';
import type { ApiSettings } from '../ports.ts';

/** Where a request came from. */
export interface Origin {
  /** Canonical address of the client. */
  readonly address: string;
  readonly agent: string;
  /** True over TLS, ours or a trusted proxy's. */
  readonly secure: boolean;
  /** Of ours, on which it came. */
  readonly port: number;
}

/** Sent with every answer. No script or style but our own files; no frame; nothing told to other sites. */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
};

/** The checks every request passes. */
export interface Guard {
  /** Throws API_HOST unless the request names this host: a rebound DNS name must not reach us through a visitor's browser. */
  checkHost(host: string | undefined): void;
  /** Throws API_CROSS_SITE when a browser says that another site sent this. */
  checkSite(headers: Headers): void;
  originOf(incoming: IncomingMessage): Origin;
}

/** The guard of an HTTP door. */
export function createGuard(settings: Pick<ApiSettings, 'listen' | 'hosts' | 'publicUrl' | 'proxies'>): Guard {
  const named = URL.parse(settings.publicUrl ?? '')?.hostname;
  const names = new Set([
    'localhost',
    hostName(settings.listen),
    ...settings.hosts.map((each) => each.toLowerCase()),
    ...(named === undefined ? [] : [named]),
  ]);
  const proxies = settings.proxies.flatMap((each) => parseNetwork(each) ?? []);

  return {
    checkHost(host) {
      const name = hostName(host ?? '');
      // A literal address cannot be rebound.
      if (names.has(name) || isIP(name) !== 0) return;
      fail('API_HOST', {
        message: 'this host name is not served here',
        hint: 'list it under `http.hosts` if it is yours',
      });
    },
    checkSite(headers) {
      const site = headers.get('sec-fetch-site');
      if (site !== null && site !== 'same-origin' && site !== 'none') refuseSite();
      const origin = headers.get('origin');
      if (origin !== null && hostOf(origin) !== (headers.get('host') ?? '').toLowerCase()) refuseSite();
    },
    originOf(incoming) {
      const peer = canonicalAddress(incoming.socket.remoteAddress ?? '') ?? '';
      const agent = String(incoming.headers['user-agent'] ?? '');
      const port = incoming.socket.localPort ?? 0;
      const own = 'encrypted' in incoming.socket && incoming.socket.encrypted === true;
      if (!isProxy(peer, proxies)) return { address: peer, agent, secure: own, port };
      const forwarded = String(incoming.headers['x-forwarded-for'] ?? '');
      const secure = own || String(incoming.headers['x-forwarded-proto'] ?? '').trim() === 'https';
      return { address: nearestStranger(forwarded, proxies) ?? peer, agent, secure, port };
    },
  };
}

function refuseSite(): never {
  return fail('API_CROSS_SITE', { message: 'another site sent this request' });
}

/** The name of `name:port`, without brackets and port, lower case. */
function hostName(host: string): string {
  return host
    .toLowerCase()
    .replace(/:\d{1,5}$/, '')
    .replace(/^\[|\]$/g, '');
}

function hostOf(origin: string): string | null {
  const url = URL.parse(origin);
  return url === null ? null : url.host;
}

function isProxy(address: string, proxies: readonly Network[]): boolean {
  const network = parseNetwork(address);
  return network !== null && proxies.some((proxy) => containsNetwork(proxy, network));
}

/** From the right, the first address that is no proxy of ours: what is left of it anybody may have written. */
function nearestStranger(forwarded: string, proxies: readonly Network[]): string | null {
  for (const part of forwarded.split(',').slice(-20).toReversed()) {
    const address = canonicalAddress(part.trim());
    if (address === null) return null;
    if (!isProxy(address, proxies)) return address;
  }
  return null;
}
