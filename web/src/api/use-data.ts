/** Reads something of the API for a page: kept while it is read anew, reread after a loss of the stream. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { ApiFault } from './client.ts';
import { useLive } from './live.ts';

/** What a page knows of something it reads. */
export interface Read<T> {
  readonly data: T | null;
  readonly fault: ApiFault | null;
  reload(): void;
  change(next: (data: T) => T): void;
}

/** Reads when `key` changes; null reads nothing. */
export function useData<T>(key: string | null, load: (signal: AbortSignal, turn: number) => Promise<T>): Read<T> {
  const [kept, setKept] = useState<{ key: string | null; data: T | null; fault: ApiFault | null }>(nothing);
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;
  useEffect(() => {
    if (key === null) return;
    const abort = new AbortController();
    latest
      .current(abort.signal, turn)
      .then((data) => setKept({ key, data, fault: null }))
      .catch((error: unknown) => {
        if (abort.signal.aborted) return;
        const fault = error instanceof ApiFault ? error : new ApiFault('PAGE', String(error), null);
        setKept((before) => ({ key, data: before.key === key ? before.data : null, fault }));
      });
    return () => abort.abort();
  }, [key, turn]);
  const reload = useCallback(() => setTurn((n) => n + 1), []);
  const change = useCallback(
    (next: (data: T) => T) =>
      setKept((before) => (before.data === null ? before : { ...before, data: next(before.data) })),
    [],
  );
  useLive((event) => {
    if (event.event === 'resync') reload();
  });
  const isMine = kept.key === key;
  return { data: isMine ? kept.data : null, fault: isMine ? kept.fault : null, reload, change };
}

function nothing<T>(): { key: string | null; data: T | null; fault: ApiFault | null } {
  return { key: null, data: null, fault: null };
}

/** Calls `action` at most once every `ms`, the last wish included. */
export function useThrottled(action: () => void, ms: number): () => void {
  const latest = useRef(action);
  latest.current = action;
  const timer = useRef(0);
  const last = useRef(0);
  useEffect(() => () => window.clearTimeout(timer.current), []);
  return useCallback(() => {
    window.clearTimeout(timer.current);
    const wait = Math.max(0, last.current + ms - Date.now());
    timer.current = window.setTimeout(() => {
      last.current = Date.now();
      latest.current();
    }, wait);
  }, [ms]);
}
