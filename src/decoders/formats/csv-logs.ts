/** Products that write rows of quoted values without a label: Cisco Umbrella's exports and the IAS format of Windows' RADIUS server. */
import { canonicalAddress } from '../../kit/address.ts';
import type { Fields } from '../../model/log-event.ts';
import { readCsv } from './csv.ts';

/** Fields and time of a row; null when it is of no known product. */
export function readCsvLog(text: string): { fields: Fields; time: string } | null {
  const row = readCsv(text);
  if (row.length === 8) return umbrellaIp(row);
  if (row.length < 10) return null;
  if (row[1] === 'RAS' || row[1] === 'IAS') return ias(row);
  if (row[0]!.charCodeAt(4) !== 45 || row[0]!.charCodeAt(10) !== 32) return null;
  if (VERDICT.test(row[5]!)) return umbrellaDns(row);
  return VERDICT.test(row[6]!) ? umbrellaProxy(row) : null;
}

const VERDICT = /^(?:allowed|blocked|proxied)$/i;

/** "Log Formats and Versioning": timestamp, identity, identities, internal, external address, action, type, code, domain. */
function umbrellaDns(row: readonly string[]): { fields: Fields; time: string } {
  return {
    time: row[0]!,
    fields: {
      'event.category': 'network',
      'event.action': row[5],
      'event.outcome': 'success',
      'source.ip': canonicalAddress(row[3]!) ?? undefined,
      'source.nat.ip': canonicalAddress(row[4]!) ?? undefined,
      'user.name': row[1],
      'network.protocol': 'dns',
      'dns.question.type': /\((\w+)\)/.exec(row[6]!)?.[1],
      'dns.response_code': row[7],
      'dns.question.name': row[8]!.replace(/\.$/, ''),
    },
  };
}

/** Timestamp, identities, internal, external and destination address, type, verdict, URL, referrer, agent, status. */
function umbrellaProxy(row: readonly string[]): { fields: Fields; time: string } {
  const url = row[7]!;
  const host = /^\w+:\/\/([^/:?#]+)/.exec(url)?.[1];
  const path = /^\w+:\/\/[^/?#]+(\/[^?#]*)/.exec(url)?.[1];
  const status = Number(row[10]);
  return {
    time: row[0]!,
    fields: {
      'event.category': 'network',
      'event.action': row[6],
      'event.outcome': 'success',
      'host.name': row[1],
      'source.ip': canonicalAddress(row[3]!) ?? canonicalAddress(row[2]!) ?? undefined,
      'destination.ip': canonicalAddress(row[4]!) ?? undefined,
      'url.original': url,
      'url.domain': host,
      'url.path': path,
      'destination.domain': host,
      'user_agent.original': row[9] === '' ? undefined : row[9],
      'http.response.status_code': status >= 100 && status < 600 ? status : undefined,
    },
  };
}

/** "IP Layer Logs": timestamp, identity, source and its port, destination and its port, categories, identity type. */
function umbrellaIp(row: readonly string[]): { fields: Fields; time: string } | null {
  const [time, identity, source, sourcePort, destination, destinationPort] = row as readonly [string, ...string[]];
  const ip = canonicalAddress(source!);
  const to = canonicalAddress(destination!);
  if (time.charCodeAt(4) !== 45 || time.charCodeAt(10) !== 32 || ip === null || to === null) return null;
  return {
    time,
    fields: {
      'event.category': 'network',
      'event.outcome': 'success',
      'host.name': identity,
      'source.ip': ip,
      'source.port': portOf(sourcePort!),
      'destination.ip': to,
      'destination.port': portOf(destinationPort!),
    },
  };
}

/**
 * Netskope's transaction rows: day, time, time taken, bytes to and from the client, all bytes, client, address seen, user, method,
 * scheme, query, agent, content type, status, content type, names, path, port, referrer.
 */
export function readNetskope(text: string): { fields: Fields; time: string } | null {
  const row = readCsv(text);
  const ip = row.length < 25 ? null : canonicalAddress(row[6]!);
  if (ip === null || !/^[A-Z]{3,10}$/.test(row[9]!) || !/^\d\d:\d\d:\d\d$/.test(row[1]!)) return null;
  const [query, agent, referrer] = [row[11], row[12], row[20]].map((value) => (value === '-' ? undefined : value));
  const path = row[18]!.startsWith('/') ? row[18]! : '/';
  return {
    time: `${row[0]} ${row[1]}Z`,
    fields: {
      'event.category': 'web',
      'event.action': 'http-request',
      'source.ip': ip,
      'source.nat.ip': canonicalAddress(row[7]!) ?? undefined,
      'source.bytes': countOf(row[4]!),
      'destination.bytes': countOf(row[3]!),
      'network.bytes': countOf(row[5]!),
      'user.name': row[8],
      'http.request.method': row[9],
      'http.response.status_code': countOf(row[14]!),
      'http.request.referrer': referrer,
      'user_agent.original': agent,
      'url.domain': row[17],
      'url.original': query === undefined ? path : `${path}?${query}`,
      'url.path': path,
    },
  };
}

function portOf(text: string): number | undefined {
  const port = countOf(text);
  return port !== undefined && port > 0 && port < 65_536 ? port : undefined;
}

function countOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

const PACKETS: Readonly<Record<string, readonly [action: string, outcome: 'success' | 'failure' | undefined]>> = {
  1: ['access-request', undefined],
  2: ['access-accept', 'success'],
  3: ['access-reject', 'failure'],
  4: ['accounting-request', undefined],
  11: ['access-challenge', undefined],
};

/** Microsoft, "Interpret NPS database format log files": only the calling station is the remote peer; the client is the access server. */
function ias(row: readonly string[]): { fields: Fields; time: string } | null {
  const packet = PACKETS[row[4]!];
  if (packet === undefined) return null;
  const full = row[6]!;
  const slash = full.indexOf('\\');
  const [action, outcome] = packet;
  return {
    time: `${row[2]} ${row[3]}`,
    fields: {
      'event.category': outcome === undefined ? 'network' : 'authentication',
      'event.action': action,
      'event.outcome': outcome,
      'host.name': row[0],
      'source.ip': canonicalAddress(row[8]!) ?? undefined,
      'user.name': (slash < 0 ? full : full.slice(slash + 1)) || row[5] || undefined,
      'user.domain': slash > 0 ? full.slice(0, slash) : undefined,
      'network.protocol': 'radius',
    },
  };
}
