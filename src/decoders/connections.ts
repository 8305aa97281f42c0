/** Remembers the peer of a process, so that its later lines that name no address still have one. Bounded. */

import type { StateEntry } from '../kit/state.ts';
import { copyText } from '../kit/text.ts';
import type { Fields, LogEvent } from '../model/log-event.ts';
import { createKeyOffers } from './key-offers.ts';

const MAX_CONNECTIONS = 1024;
const MAX_REFUSED = 256;

/** Actions that may lack an address. */
const NEEDY = new Set(['ssh-max-attempts', 'ssh-probe', 'pam-auth', 'ssh-too-many-failures', 'ssh-account-locked']);

/** Servers that number their connections in every line, and the name under which processes of one server share them. */
const NUMBERING: ReadonlyMap<string, string> = new Map([
  ...['slapd', 'charon', 'charon-systemd', 'mongod', 'mongodb'].map((name) => [name, name] as const),
  ...['apmd', 'tmm', 'f5-big-ip', 'bigip', ...Array.from({ length: 16 }, (_, number) => `tmm${number}`)].map(
    (name) => [name, 'apm'] as const,
  ),
]);

/** The memory of one source. */
export interface Connections {
  enrich(event: LogEvent): LogEvent;
  /** The same of an event of sshd whose address is a text of its own memory, no piece of a larger one. */
  enrichOwn(event: LogEvent): LogEvent;
  drainDirty(): StateEntry[];
  restore(entries: Iterable<{ readonly key: string; readonly value: string }>): void;
}

type Peers = Map<string, Map<number, string>>;

/** An empty memory. Without `persist` nothing is gathered for the store. */
export function createConnections(persist = true): Connections {
  // Two halves: when the young one is full the old one is forgotten whole, which needs no deletion one by one.
  let young: Peers = new Map();
  let old: Peers = new Map();
  let size = 0;
  const dirty = new Set<string>();
  const keys = createKeyOffers(persist);
  /** Refusals of connections whose peer no line has named yet; a restart forgets them. */
  const refused = new Map<string, Fields>();

  function find(host: string, pid: number): string | undefined {
    return young.get(host)?.get(pid) ?? old.get(host)?.get(pid);
  }

  /** `ip` is a text of its own memory. */
  function put(host: string, pid: number, ip: string): void {
    let pids = young.get(host);
    if (pids === undefined) {
      pids = new Map();
      young.set(copyText(host), pids);
    }
    const known = pids.get(pid);
    if (known === ip) return;
    if (known === undefined) size++;
    pids.set(pid, ip);
    if (persist) dirty.add(keyOf(host, pid));
    if (size >= MAX_CONNECTIONS / 2) turn();
  }

  function turn(): void {
    if (persist) for (const [host, pids] of old) for (const pid of pids.keys()) dirty.add(keyOf(host, pid));
    old = young;
    young = new Map();
    size = 0;
  }

  /** A connection that its server numbers: one of its lines names the peer, another the refusal. */
  function ofNumber(event: LogEvent, name: string, number: number): LogEvent {
    const server = `${event.host ?? ''} ${name}`;
    const ip = event.fields['source.ip'];
    if (typeof ip === 'string') {
      put(server, number, copyText(ip));
      return refused.size === 0 ? event : ended(event, `${server} ${number}`);
    }
    if (event.fields['event.outcome'] !== 'failure') return event;
    const known = find(server, number);
    if (known !== undefined) return { ...event, fields: { ...event.fields, 'source.ip': known } };
    // Whose connection it was may still be said where it ends.
    if (refused.size >= MAX_REFUSED) refused.clear();
    refused.set(copyText(`${server} ${number}`), event.fields);
    return event;
  }

  /** The line that names the peer of a refusal too late, as what it is evidence of. */
  function ended(event: LogEvent, key: string): LogEvent {
    const fields = refused.get(key);
    if (fields === undefined) return event;
    refused.delete(key);
    return {
      ...event,
      fields: { ...fields, 'source.ip': event.fields['source.ip'], 'source.port': event.fields['source.port'] },
      alike: undefined,
    };
  }

  function ofProcess(event: LogEvent, isOwn: boolean): LogEvent {
    const { fields, pid } = event;
    const action = fields['event.action'];
    const ip = fields['source.ip'];
    if (action === 'ssh-preauth-close') return keys.closed(event);
    const isKey = action === 'ssh-login' && isRefusedKey(event);
    // These tell who is at the other end of a process.
    if (
      pid !== null &&
      typeof ip === 'string' &&
      (isKey || action === 'ssh-invalid-user' || action === 'ssh-connection')
    )
      put(event.host ?? '', pid, isOwn ? ip : copyText(ip));
    if (isKey) return keys.once(event);
    if (pid === null || typeof ip === 'string' || !NEEDY.has(action as string)) return event;
    if (fields['source.address'] !== undefined) return event;
    const known = find(event.host ?? '', pid);
    return known === undefined ? event : { ...event, fields: { ...fields, 'source.ip': known } };
  }

  return {
    enrich(event) {
      const server = event.program === null ? undefined : NUMBERING.get(event.program);
      if (server !== undefined) {
        const number = event.fields['connection.number'];
        if (typeof number === 'number') return ofNumber(event, server, number);
      }
      return ofProcess(event, false);
    },
    enrichOwn: (event) => ofProcess(event, true),
    drainDirty() {
      const offers = keys.drainDirty();
      if (dirty.size === 0) return offers;
      const entries = [...dirty].map((key) => {
        const cut = key.lastIndexOf('/');
        return { key, value: find(key.slice(0, cut), Number(key.slice(cut + 1))) ?? null };
      });
      dirty.clear();
      return [...entries, ...offers];
    },
    restore(entries) {
      for (const { key, value } of entries) {
        if (keys.restore(key, value)) continue;
        const cut = key.lastIndexOf('/');
        put(key.slice(0, cut), Number(key.slice(cut + 1)), copyText(value));
      }
      dirty.clear();
    },
  };
}

function isRefusedKey({ fields }: LogEvent): boolean {
  return fields['ssh.method'] === 'publickey' && fields['event.outcome'] === 'failure';
}

function keyOf(host: string, pid: number): string {
  return `${host}/${pid}`;
}
