/** Alerts by cursor, kept fresh: known rows change in place, newer ones wait while somebody reads further down. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import type { Alert } from '../actions.ts';
import { type Answer, ApiFault, call, type Sent } from './client.ts';
import { useLive } from './live.ts';
import { useThrottled } from './use-data.ts';

/** What is asked for, without the page. */
export type AlertFilter = Omit<NonNullable<Sent<'alerts'>['query']>, 'cursor' | 'limit'>;

/** Alerts of one page. */
export const ALERTS_AT_ONCE = 200;
const FLUSH_MS = 250;
const FRESH_MS = 1500;

interface Kept {
  readonly items: readonly Alert[];
  readonly next: string | null;
  readonly counts: Answer<'alerts'>['counts'] | null;
  readonly fault: ApiFault | null;
  readonly ready: boolean;
}
const NOTHING: Kept = { items: [], next: null, counts: null, fault: null, ready: false };

/** The list of a filter. */
export interface AlertList extends Kept {
  /** Newer alerts that wait. */
  readonly held: number;
  more(): void;
  reload(): void;
  /** Lets the waiting ones in. */
  release(): void;
}

/** Newest first, each once; `fresh` wins over what was known. */
export function merged(fresh: readonly Alert[], known: readonly Alert[]): Alert[] {
  const ids = new Set(fresh.map((each) => each.id));
  const rest = known.filter((each) => !ids.has(each.id));
  const newest = rest[0]?.lastAt ?? 0;
  const all = [...fresh, ...rest];
  // Nearly always the fresh ones are newer than all others; then nothing needs to be put in order.
  return fresh.every((each) => each.lastAt >= newest) && inOrder(fresh)
    ? all
    : all.toSorted((a, b) => b.lastAt - a.lastAt);
}

function inOrder(alerts: readonly Alert[]): boolean {
  return alerts.every((each, index) => index === 0 || alerts[index - 1]!.lastAt >= each.lastAt);
}

/** Reads and keeps the list; `holds`: newer ones wait. */
export function useAlertList(filter: AlertFilter, holds: boolean): AlertList {
  const key = JSON.stringify(filter);
  const [kept, setKept] = useState<Kept>(NOTHING);
  const [held, setHeld] = useState<readonly Alert[]>([]);
  const reading = useRef(false);
  const mine = useRef(key);
  mine.current = key;

  const fresh = useCallback(async (): Promise<void> => {
    try {
      const page = await call('alerts', { query: { ...(JSON.parse(key) as AlertFilter), limit: ALERTS_AT_ONCE } });
      if (mine.current !== key) return;
      setHeld([]);
      setKept((old) => joined(page, old));
    } catch (error) {
      if (mine.current === key) setKept((old) => ({ ...old, fault: faultOf(error), ready: true }));
    }
  }, [key]);

  useEffect(() => {
    setKept(NOTHING);
    setHeld([]);
    void fresh();
  }, [fresh]);

  const { next } = kept;
  const more = useCallback(() => {
    if (next === null || reading.current) return;
    reading.current = true;
    call('alerts', { query: { ...(JSON.parse(key) as AlertFilter), cursor: next, limit: ALERTS_AT_ONCE } })
      .then((page) => {
        if (mine.current !== key) return;
        setKept((old) => {
          const known = new Set(old.items.map((each) => each.id));
          const further = page.items.filter((each) => !known.has(each.id));
          return { ...old, items: [...old.items, ...further], next: page.next, fault: null };
        });
      })
      .catch((error: unknown) => setKept((old) => ({ ...old, fault: faultOf(error) })))
      .finally(() => {
        reading.current = false;
      });
  }, [key, next]);

  const pending = useRef(new Map<string, Alert>());
  const freshSoon = useThrottled(() => void fresh(), FRESH_MS);
  const flush = useThrottled(() => {
    const arrived = [...pending.current.values()].toSorted((a, b) => b.lastAt - a.lastAt);
    pending.current.clear();
    const known = new Set(kept.items.map((each) => each.id));
    const newer = arrived.filter((each) => !known.has(each.id));
    if (!holds && key === '{}') return setKept((old) => ({ ...old, items: merged(arrived, old.items) }));
    // Whether it passes the filter the server says.
    if (!holds) return freshSoon();
    const changed = new Map(arrived.map((each) => [each.id, each]));
    setKept((old) => ({ ...old, items: old.items.map((each) => changed.get(each.id) ?? each) }));
    if (key === '{}') setHeld((old) => merged(newer, old).slice(0, ALERTS_AT_ONCE));
  }, FLUSH_MS);

  useLive((event) => {
    if (event.event === 'resync') return void fresh();
    if (event.event !== 'alert') return;
    pending.current.set(event.data.id, event.data);
    flush();
    if (!holds) freshSoon();
  });

  const release = useCallback(() => {
    setKept((old) => ({ ...old, items: merged(held, old.items) }));
    setHeld([]);
    void fresh();
  }, [held, fresh]);
  return useMemo(
    () => ({ ...kept, held: held.length, more, release, reload: () => void fresh() }),
    [kept, held, more, release, fresh],
  );
}

/** A first page read anew: joined to what is known where they meet, else in its place. */
function joined(page: Answer<'alerts'>, old: Kept): Kept {
  const known = new Set(old.items.map((each) => each.id));
  const base = { counts: page.counts, fault: null, ready: true };
  const oldest = page.items.at(-1);
  if (oldest === undefined || page.next === null || !page.items.some((each) => known.has(each.id)))
    return { ...base, items: page.items, next: page.next };
  // What lay within the page's span and is not in it any more has changed its place or passes the filter no longer.
  const ids = new Set(page.items.map((each) => each.id));
  const beyond = old.items.filter((each) => !ids.has(each.id) && each.lastAt <= oldest.lastAt);
  return { ...base, items: [...page.items, ...beyond], next: beyond.length === 0 ? page.next : old.next };
}

function faultOf(error: unknown): ApiFault {
  return error instanceof ApiFault ? error : new ApiFault('PAGE', String(error), null);
}
