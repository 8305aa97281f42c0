/**
 * Access logs in the common, combined and vhost forms, as nginx and Apache write them. Client and date are found from the
 * left, where the server writes; the request, referrer and agent are the client's words, escaped by the server.
 */

import { canonicalAddress } from '../../kit/address.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { LineContext, LineDecoder } from '../decoder.ts';
import { parseDigits } from '../formats/syslog.ts';
import { WEB_ACCESS } from '../kinds.ts';
import { clfTime } from './clf-time.ts';
import { WEB_ALIKE } from './parts.ts';
import { closingQuote, NO_SENDER, requestOf, senderOf, sentText } from './quoted.ts';
import { FIXATION, joinThreats, NO_THREATS } from './threat.ts';
import { fixesSession } from './threat-session.ts';

/** Decodes access logs. */
export const webAccess: LineDecoder = {
  name: 'web-access',
  programs: [
    'nginx',
    'nginx-access',
    'apache',
    'apache2',
    'apache-access',
    'httpd',
    'access',
    'caddy',
    'lighttpd',
    'web',
  ],
  claims: (text) => text.indexOf(' [') > 0 && text.indexOf(' [') < 512,
  decode: decodeAccess,
};

function decodeAccess(text: string, _context: LineContext): LogEvent | null {
  // The date: a bracket followed by 26 characters of fixed shape. A user name before it may hold brackets of its own.
  let open = text.indexOf(' [');
  for (let tries = 0; open > 0 && tries < 8; tries++) {
    const time =
      text.charCodeAt(open + 28) === 93 && text.startsWith(' "', open + 29) ? clfTime(text, open + 2) : Number.NaN;
    const event = Number.isNaN(time) ? null : decodeAround(text, open, time);
    if (event !== null) return event;
    open = text.indexOf(' [', open + 2);
  }
  return null;
}

/** Who asked, as the words before the date say. */
interface Client {
  readonly address: string;
  /** The address in its canonical form, null when it is none. */
  readonly ip: string | null;
  /** The blank before the user's name, -1 for none. */
  readonly identEnd: number;
  /** The site's name in front (vhost_combined). */
  readonly domain: string | undefined;
  /** The chain of proxies in front. */
  readonly chain: string | undefined;
}

/** The parts before and behind the date at `open`. */
function decodeAround(text: string, open: number, time: number): LogEvent | null {
  const first = text.indexOf(' ');
  const address = text.slice(0, first);
  const ip = canonicalAddress(address);
  // `ADDRESS - USER [`, as nearly all logs have it.
  if (ip !== null && text.startsWith(' - ', first))
    return decodeRequest(text, open, time, { address, ip, identEnd: first + 2, domain: undefined, chain: undefined });
  const client = clientOf(text, first, ip, open);
  const behind = client.ip === null && client.chain === undefined ? behindTag(text, first, open) : 0;
  if (behind > 0) return decodeAround(text.slice(behind), open - behind, time);
  return decodeRequest(text, open, time, client);
}

/** The client where a site's name, a chain of proxies or an identity stands before or behind it; `firstIp` is the first word's address. */
function clientOf(text: string, first: number, firstIp: string | null, open: number): Client {
  let domain: string | undefined;
  let clientStart = 0;
  let clientEnd = first;
  let identEnd = text.indexOf(' ', first + 1);
  // vhost_combined puts `name:port` before the client; then there is one word more before the date.
  const second = identEnd < 0 || identEnd > open ? -1 : identEnd;
  if (second > 0 && second < open && firstIp === null && canonicalAddress(text.slice(first + 1, second)) !== null) {
    domain = text.slice(0, first);
    clientStart = first + 1;
    clientEnd = second;
    identEnd = text.indexOf(' ', second + 1);
  }
  // Apache's `%{X-Forwarded-For}i` in front: the chain up to the word without a comma, then perhaps the peer (`%h`).
  let chain: string | undefined;
  if (first > 0 && first < open && text.charCodeAt(first - 1) === 44) {
    let end = first;
    while (end > 0 && end < open && text.charCodeAt(end - 1) === 44) end = text.indexOf(' ', end + 1);
    if (end > 0 && end < open) {
      chain = text.slice(0, end);
      const peerEnd = text.indexOf(' ', end + 1);
      const hasPeer = peerEnd > 0 && peerEnd < open && canonicalAddress(text.slice(end + 1, peerEnd)) !== null;
      clientStart = hasPeer ? end + 1 : end;
      clientEnd = hasPeer ? peerEnd : end;
      identEnd = text.indexOf(' ', clientEnd + 1);
      domain = undefined;
    }
  } else if (
    domain === undefined &&
    second > 0 &&
    firstIp !== null &&
    first <= 45 &&
    isAddress(text, first + 1, second)
  ) {
    chain = text.slice(0, first);
    clientStart = first + 1;
    clientEnd = second;
    identEnd = text.indexOf(' ', second + 1);
  }
  const address = text.slice(clientStart, clientEnd);
  return { address, ip: canonicalAddress(address), identEnd, domain, chain };
}

/** The request of a client, its answer and its headers. */
function decodeRequest(text: string, open: number, time: number, client: Client): LogEvent | null {
  const { address, ip, identEnd, domain } = client;
  let { chain } = client;
  const user = identEnd > 0 && identEnd < open ? text.slice(identEnd + 1, open) : '-';

  const requestStart = open + 31;
  const requestEnd = closingQuote(text, requestStart);
  if (requestEnd < 0) return null;
  const statusStart = requestEnd + 2;
  const status = parseDigits(text, statusStart, statusStart + 3);
  if (status === null) return null;
  const bytesEnd = text.indexOf(' ', statusStart + 4);
  const bytes = parseDigits(text, statusStart + 4, bytesEnd < 0 ? text.length : bytesEnd);

  let sender = NO_SENDER;
  if (bytesEnd > 0 && text.charCodeAt(bytesEnd + 1) === 34) {
    const referrerEnd = closingQuote(text, bytesEnd + 2);
    if (referrerEnd > 0) {
      const agentEnd = text.startsWith('" "', referrerEnd) ? closingQuote(text, referrerEnd + 3) : -1;
      sender = senderOf(text, bytesEnd + 1, (agentEnd > 0 ? agentEnd : referrerEnd) + 1);
      // nginx's `main` format: "$http_x_forwarded_for" behind the agent.
      if (chain === undefined && agentEnd > 0 && text.startsWith('" "', agentEnd)) {
        const chainEnd = closingQuote(text, agentEnd + 3);
        if (chainEnd > 0 && text.charCodeAt(agentEnd + 3) !== 45) chain = sentText(text.slice(agentEnd + 3, chainEnd));
      }
    }
  }
  const request = requestOf(text, requestStart, statusStart + 3);
  const fixation = request.session && fixesSession(sender.referrer, domain) ? FIXATION : undefined;
  const threats = joinThreats(request.threat, fixation, sender.threat);
  return {
    time,
    kind: WEB_ACCESS,
    host: null,
    program: null,
    pid: null,
    message: text,
    repeat: 1,
    fields: {
      'event.category': 'web',
      'event.action': 'http-request',
      'event.outcome': status >= 400 ? 'failure' : 'success',
      'source.ip': ip ?? undefined,
      'source.address': ip === null && address !== '' ? address : undefined,
      'http.request.forwarded': chain,
      'user.name': user === '-' || user === '' ? undefined : user,
      'http.request.method': request.method,
      'url.original': request.original,
      'url.path': request.path,
      'url.query': request.query,
      'url.decoded': request.decoded,
      'url.domain': domain,
      'http.version': request.version,
      'http.response.status_code': status,
      'http.response.body.bytes': bytes ?? undefined,
      'http.request.referrer': sender.referrer,
      'user_agent.original': sender.agent,
      'threat.web': threats,
    },
    alike: {
      parts: [request.kept ? request : null, sender.kept ? sender : null, threats ?? NO_THREATS],
      fields: WEB_ALIKE,
    },
  };
}

const SERVERS = /^(?:nginx|apache2?|httpd|caddy|lighttpd)(?:\[\d+\])?:$/;

/** Where the line begins behind `HOST nginx: ` that a collector put before it, 0 where nothing is: an address must follow. */
function behindTag(text: string, first: number, open: number): number {
  const end = text.charCodeAt(first - 1) === 58 ? first : text.indexOf(' ', first + 1);
  if (end < 0 || end > open || text.charCodeAt(end - 1) !== 58) return 0;
  if (!SERVERS.test(text.slice(end === first ? 0 : first + 1, end))) return 0;
  const next = text.indexOf(' ', end + 1);
  return next > 0 && next < open && isAddress(text, end + 1, next) ? end + 1 : 0;
}

function isAddress(text: string, start: number, end: number): boolean {
  return end - start <= 45 && canonicalAddress(text.slice(start, end)) !== null;
}
