/** An SSH agent offers every key it has: the refused keys of one connection are one failed login. Bounded, kept across restarts. */
import type { StateEntry } from '../kit/state.ts';
import type { LogEvent } from '../model/log-event.ts';

const MAX_CONNECTIONS = 1024;
/** A connection that has not logged in by then was ended by the server; the port may come again. */
const KEEP_MS = 600_000;
const PREFIX = 'key ';

/** Counts connections instead of keys. */
export interface KeyOffers {
  /** The event as it is, or, for a further key of the same connection, as an offer that no rule counts. */
  once(event: LogEvent): LogEvent;
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

  return {
    once(event) {
      const { fields } = event;
      if (fields['source.ip'] === undefined || fields['source.port'] === undefined) return event;
      const connection = `${event.host ?? ''} ${fields['source.ip']} ${fields['source.port']}`;
      const since = young.get(connection) ?? old.get(connection);
      if (since === undefined || Math.abs(event.time - since) > KEEP_MS) {
        put(connection, event.time);
        // Folded by the writer: still one connection.
        return event.repeat === 1 ? event : { ...event, repeat: 1 };
      }
      return { ...event, fields: { ...fields, 'event.action': 'ssh-key-offer' } };
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
