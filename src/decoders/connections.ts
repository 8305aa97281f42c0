/** Remembers the peer of a process, so that its later lines that name no address still have one. Bounded. */

import type { StateEntry } from '../kit/state.ts';
import { copyText } from '../kit/text.ts';
import type { LogEvent } from '../model/log-event.ts';

const MAX_CONNECTIONS = 1024;

/** Actions that tell who is at the other end of a process. */
const ANNOUNCING = new Set(['ssh-connection', 'ssh-invalid-user']);
/** Actions that may lack an address. */
const NEEDY = new Set(['ssh-max-attempts', 'ssh-probe', 'pam-auth', 'ssh-too-many-failures']);

/** The memory of one source. */
export interface Connections {
  enrich(event: LogEvent): LogEvent;
  drainDirty(): StateEntry[];
  restore(entries: Iterable<{ readonly key: string; readonly value: string }>): void;
}

/** An empty memory. */
export function createConnections(): Connections {
  const peers = new Map<string, string>();
  const dirty = new Set<string>();

  function put(key: string, ip: string): void {
    if (peers.get(key) === ip) return;
    peers.delete(key);
    peers.set(key, ip);
    dirty.add(key);
    if (peers.size <= MAX_CONNECTIONS) return;
    const oldest = peers.keys().next().value!;
    peers.delete(oldest);
    dirty.add(oldest);
  }

  return {
    enrich(event) {
      if (event.pid === null) return event;
      const action = event.fields['event.action'];
      const ip = event.fields['source.ip'];
      if (typeof ip === 'string') {
        if (ANNOUNCING.has(action as string)) put(`${event.host ?? ''}/${event.pid}`, copyText(ip));
        return event;
      }
      if (!NEEDY.has(action as string) || event.fields['source.address'] !== undefined) return event;
      const known = peers.get(`${event.host ?? ''}/${event.pid}`);
      return known === undefined ? event : { ...event, fields: { ...event.fields, 'source.ip': known } };
    },
    drainDirty() {
      if (dirty.size === 0) return [];
      const entries = [...dirty].map((key) => ({ key, value: peers.get(key) ?? null }));
      dirty.clear();
      return entries;
    },
    restore(entries) {
      for (const { key, value } of entries) peers.set(key, value);
    },
  };
}
