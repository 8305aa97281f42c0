/** Brings alarms to people: through the store and the outbox like any message, or straight to the notifiers while the store does not write. */
import { createHash } from 'node:crypto';
import type { AlertOutbox } from '../engine/alert-outbox.ts';
import type { StateEntry } from '../kit/state.ts';
import type { AlarmNews } from '../model/alarm.ts';
import type { Alert } from '../model/alert.ts';
import { LEVELS, type Level } from '../model/detection.ts';
import type { QueuedAlert, Store } from '../store/store.ts';

/** Messages that wait for a store or a notifier; the oldest go first beyond that. */
const MAX_WAITING = 100;
const DIRECT_EVERY_MS = 60_000;

/** What it needs. */
export interface TellParts {
  readonly store: Pick<Store, 'commit'>;
  readonly outbox: Pick<AlertOutbox, 'drain' | 'sendNow'>;
  readonly notifiers: readonly { readonly id: string; readonly minLevel: Level }[];
  readonly host: string;
}

/** Tells, and keeps what cannot be told yet. */
export interface Tell {
  /** Takes news and what is to be remembered with it. */
  add(news: AlarmNews, state: readonly StateEntry[], now: number): void;
  /** Tries what waits; `canStore` false while the store is known not to write. */
  round(canStore: boolean, steady: number): Promise<void>;
}

/** Name under which alarms and habits are kept. */
export const GUARD_STATE = 'guard';

/** Nothing waits yet. */
export function createTell(parts: TellParts): Tell {
  let alerts: QueuedAlert[] = [];
  let state = new Map<string, StateEntry>();
  let triedAt = Number.NEGATIVE_INFINITY;

  function store(): boolean {
    if (alerts.length === 0 && state.size === 0) return true;
    try {
      parts.store.commit({
        detections: [],
        decisions: [],
        refusals: [],
        alerts,
        checkpoints: new Map(),
        state: new Map([[GUARD_STATE, [...state.values()]]]),
      });
    } catch {
      return false;
    }
    const any = alerts.length > 0;
    alerts = [];
    state = new Map();
    if (any) void parts.outbox.drain();
    return true;
  }

  return {
    add(news, entries, now) {
      for (const entry of entries) state.set(entry.key, entry);
      alerts.push(...parts.notifiers.flatMap((notifier) => alertFor(notifier, news, parts.host, now) ?? []));
      if (alerts.length > MAX_WAITING) alerts = alerts.slice(-MAX_WAITING);
    },
    async round(canStore, steady) {
      if (canStore && store()) return;
      if (alerts.length === 0 || steady - triedAt < DIRECT_EVERY_MS) return;
      triedAt = steady;
      const mine = alerts;
      const sent = await Promise.all(mine.map(({ notifier, alert }) => parts.outbox.sendNow(notifier, alert)));
      const gone = new Set(mine.filter((_, index) => sent[index]));
      alerts = alerts.filter((each) => !gone.has(each));
    },
  };
}

/** The message for one notifier; a notifier is not asked to carry the news of its own failing. Null when nothing is left to tell. */
function alertFor(
  notifier: TellParts['notifiers'][number],
  news: AlarmNews,
  host: string,
  now: number,
): QueuedAlert | null {
  const loud = (colour: 'red' | 'yellow'): boolean =>
    LEVELS.indexOf(levelOf(colour)) >= LEVELS.indexOf(notifier.minLevel);
  const raised = news.raised.filter(
    (each) => loud(each.colour) && !(each.code === 'notifier' && each.subject === notifier.id),
  );
  const cleared = news.cleared.filter((each) => loud(each.colour));
  const all = [...raised, ...cleared];
  if (all.length === 0) return null;
  const names = all.map((each) => `${each.code} ${each.subject} ${each.since} ${raised.includes(each)}`);
  const alert: Alert = {
    id: createHash('sha256')
      .update(`alarm\0${names.join('\0')}`)
      .digest('hex')
      .slice(0, 24),
    entityField: 'host.hostname',
    entity: host,
    level: raised.length === 0 ? 'informational' : levelOf(raised.some((e) => e.colour === 'red') ? 'red' : 'yellow'),
    firstAt: Math.min(...all.map((each) => each.since)),
    lastAt: now,
    items: [],
    more: 0,
    decision: null,
    refusal: null,
    host,
    alarms: { raised, cleared },
  };
  return { id: alert.id, notifier: notifier.id, alert, attempts: 0, nextAt: now };
}

function levelOf(colour: 'red' | 'yellow'): Level {
  return colour === 'red' ? 'high' : 'medium';
}
