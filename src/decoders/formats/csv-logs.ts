/** Products that write rows of quoted values without a label: Cisco Umbrella's exports and the IAS format of Windows' RADIUS server. */
import { canonicalAddress } from '../../kit/address.ts';
import type { Fields } from '../../model/log-event.ts';
import { readCsv } from './csv.ts';

/** Fields and time of a row; null when it is of no known product. */
export function readCsvLog(text: string): { fields: Fields; time: string } | null {
  const row = readCsv(text);
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
