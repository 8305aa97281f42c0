/**
 * Access logs in the common, combined and vhost forms, as nginx and Apache write them. Client and date are found from the
 * left, where the server writes; the request, referrer and agent are the client's words, escaped by the server.
 */

import { canonicalAddress } from '../../kit/address.ts';
import type { LogEvent } from '../../model/log-event.ts';
import type { LineContext, LineDecoder } from '../decoder.ts';
import { parseDigits } from '../formats/syslog.ts';
import { WEB_ACCESS } from '../kinds.ts';
import { knownAgent, rememberAgent } from './agents.ts';
import { clfTime } from './clf-time.ts';
import { unescapeLog } from './escapes.ts';
import { normalise } from './normalise.ts';
import { classify } from './threat.ts';

const MAX_VALUE = 8192;

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

/** The parts before and behind the date at `open`. */
function decodeAround(text: string, open: number, time: number): LogEvent | null {
  const first = text.indexOf(' ');
  let domain: string | undefined;
  let clientStart = 0;
  let clientEnd = first;
  let identEnd = text.indexOf(' ', first + 1);
  // vhost_combined puts `name:port` before the client; then there is one word more before the date.
  const second = identEnd < 0 || identEnd > open ? -1 : identEnd;
  if (
    second > 0 &&
    second < open &&
    canonicalAddress(text.slice(0, first)) === null &&
    canonicalAddress(text.slice(first + 1, second)) !== null
  ) {
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
  } else if (domain === undefined && second > 0 && isAddress(text, first + 1, second) && isAddress(text, 0, first)) {
    chain = text.slice(0, first);
    clientStart = first + 1;
    clientEnd = second;
    identEnd = text.indexOf(' ', second + 1);
  }
  const address = text.slice(clientStart, clientEnd);
  const ip = canonicalAddress(address);
  const behind = ip === null && chain === undefined ? behindTag(text, first, open) : 0;
  if (behind > 0) return decodeAround(text.slice(behind), open - behind, time);
  const user = identEnd > 0 && identEnd < open ? text.slice(identEnd + 1, open) : '-';

  const requestStart = open + 31;
  const requestEnd = closingQuote(text, requestStart);
  if (requestEnd < 0) return null;
  const statusStart = requestEnd + 2;
  const status = parseDigits(text, statusStart, statusStart + 3);
  if (status === null) return null;
  const bytesEnd = text.indexOf(' ', statusStart + 4);
  const bytes = parseDigits(text, statusStart + 4, bytesEnd < 0 ? text.length : bytesEnd);

  let referrer: string | undefined;
  let agent: string | undefined;
  let judged = false;
  if (bytesEnd > 0 && text.charCodeAt(bytesEnd + 1) === 34) {
    const referrerEnd = closingQuote(text, bytesEnd + 2);
    if (referrerEnd > 0) {
      referrer = value(text, bytesEnd + 2, referrerEnd);
      if (text.startsWith('" "', referrerEnd)) {
        const agentStart = referrerEnd + 3;
        const seen = knownAgent(text, agentStart);
        let agentStop = -1;
        if (seen === null) {
          const agentEnd = closingQuote(text, agentStart);
          if (agentEnd > 0) {
            agentStop = agentEnd;
            agent = value(text, agentStart, agentEnd);
            rememberAgent(text, agentStart, agentEnd);
          }
        } else {
          agent = seen;
          judged = true;
          agentStop = agentStart + seen.length;
        }
        // nginx's `main` format: "$http_x_forwarded_for" behind the agent.
        if (chain === undefined && agentStop > 0 && text.startsWith('" "', agentStop)) {
          const chainEnd = closingQuote(text, agentStop + 3);
          if (chainEnd > 0 && text.charCodeAt(agentStop + 3) !== 45) chain = value(text, agentStop + 3, chainEnd);
        }
      }
    }
  }

  let method: string | undefined;
  let target: string | undefined;
  let version: string | undefined;
  /** A request that is none keeps its escapes. */
  let raw: string | undefined;
  const methodEnd = text.indexOf(' ', requestStart);
  if (methodEnd > requestStart && methodEnd < requestEnd && methodEnd - requestStart < 24) {
    method = text.slice(requestStart, methodEnd);
    const lastSpace = text.lastIndexOf(' ', requestEnd);
    const versioned = lastSpace > methodEnd && text.startsWith('HTTP/', lastSpace + 1);
    target = value(text, methodEnd + 1, versioned ? lastSpace : requestEnd);
    if (versioned) version = text.slice(lastSpace + 6, requestEnd);
  } else if (requestEnd > requestStart) {
    target = value(text, requestStart, requestEnd);
    raw = text.slice(requestStart, Math.min(requestEnd, requestStart + MAX_VALUE));
  }
  const query = target === undefined ? -1 : target.indexOf('?');
  const decoded = target === undefined ? undefined : normalise(target);
  const threat = classify(decoded, judged ? undefined : agent, referrer === '-' ? undefined : referrer, target, domain);
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
      'http.request.method': method,
      'url.original': raw ?? target,
      'url.path': target === undefined || query < 0 ? target : target.slice(0, query),
      'url.query': target === undefined || query < 0 ? undefined : target.slice(query + 1),
      'url.decoded': decoded,
      'url.domain': domain,
      'http.version': version,
      'http.response.status_code': status,
      'http.response.body.bytes': bytes ?? undefined,
      'http.request.referrer': referrer === '-' ? undefined : referrer,
      'user_agent.original': agent === '-' ? undefined : agent,
      'threat.web': threat,
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

/** The quote that ends a value: the next one that no backslash escapes. -1 when there is none. */
function closingQuote(text: string, start: number): number {
  for (let end = text.indexOf('"', start); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text.charCodeAt(end - 1 - slashes) === 92 && end - 1 - slashes >= start) slashes++;
    if (slashes % 2 === 0) return end;
  }
  return -1;
}

function value(text: string, start: number, end: number): string {
  const raw = text.slice(start, Math.min(end, start + MAX_VALUE));
  return raw.indexOf('\\') < 0 ? raw : unescapeLog(raw);
}
