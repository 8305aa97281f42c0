/**
 * An SSH agent offers every key it has until one fits: refused keys of an account that exists are a failed login only when the
 * connection ends without any. Bounded, kept across restarts.
 */
import type { StateEntry } from '../kit/state.ts';
import type { Fields, LogEvent } from '../model/log-event.ts';

const MAX_CONNECTIONS = 1024;
/** A connection that has not logged in by then was ended by the server; the port may come again. */
const KEEP_MS = 600_000;
const PREFIX = 'key ';
const REFUSED: Fields = {
  'event.category': 'authentication',
  'event.action': 'ssh-login',
  'event.outcome': 'failure',
  'ssh.method': 'publickey',
};

/** Counts connections instead of keys. */
export interface KeyOffers {
  /** A key of an unknown account as it is, once a connection; any other as an offer that no rule counts. */
  once(event: LogEvent): LogEvent;
  /** The end of a connection before its login: a failed login if keys were refused in it, else as it is. */
  closed(event: LogEvent): LogEvent;
  drainDirty(): StateEntry[];
  /** Takes an entry that is its own; false for any other. */
  restore(key: string, value: string): boolean;
}

/** No connection seen yet. */
export function createKeyOffers(persist: boolean): KeyOffers {
  // Two halves, the older forgotten whole. A connection is known by its address and port.
  let young = new Map<string, number>();
  let old = new Map<string, number>();
  const dirty = new Set<string>();

  function put(connection: string, at: number): void {
    young.set(connection, at);
    if (persist) dirty.add(connection);
    if (young.size < MAX_CONNECTIONS / 2) return;
    if (persist) for (const each of old.keys()) dirty.add(each);
    old = young;
    young = new Map();
  }

  function isKnown(connection: string, at: number): boolean {
    const since = young.get(connection) ?? old.get(connection);
    return since !== undefined && Math.abs(at - since) <= KEEP_MS;
  }

  return {
    once(event) {
      const { fields } = event;
      const connection = connectionOf(event);
      if (connection === null) return event;
      const known = isKnown(connection, event.time);
      if (!known) put(connection, event.time);
      // Folded by the writer: still one connection.
      if (!known && fields['user.invalid'] === true) return event.repeat === 1 ? event : { ...event, repeat: 1 };
      return { ...event, fields: { ...fields, 'event.action': 'ssh-key-offer' }, alike: undefined };
    },
    closed(event) {
      if (young.size === 0 && old.size === 0) return event;
      const connection = connectionOf(event);
      if (connection === null || event.fields['user.invalid'] === true || !isKnown(connection, event.time))
        return event;
      young.delete(connection);
      old.delete(connection);
      if (persist) dirty.add(connection);
      return { ...event, fields: { ...event.fields, ...REFUSED }, alike: undefined };
    },
    drainDirty() {
      const entries = [...dirty].map((key): StateEntry => {
        const at = young.get(key) ?? old.get(key);
        return { key: PREFIX + key, value: at === undefined ? null : String(at) };
      });
      dirty.clear();
      return entries;
    },
    restore(key, value) {
      if (!key.startsWith(PREFIX)) return false;
      young.set(key.slice(PREFIX.length), Number(value));
      return true;
    },
  };
}

function connectionOf({ host, fields }: LogEvent): string | null {
  const ip = fields['source.ip'];
  const port = fields['source.port'];
  return ip === undefined || port === undefined ? null : `${host ?? ''} ${ip} ${port}`;
}
