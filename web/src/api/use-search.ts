/** A running search: records as they come, the newest lines kept, stopped when the page is left or asked for something else. */
import { useCallback, useEffect, useRef, useState } from 'react';
import { type Answer, ApiFault, streamLines, toFault } from './client.ts';

type SearchRecord = Answer<'search'>;
type Progress = Extract<SearchRecord, { event: 'progress' }>;
/** A line that was found. */
export type Hit = Progress['hits'][number];
/** How the search ended. */
export type Done = Extract<SearchRecord, { event: 'done' }>;

/** What is asked. */
export interface SearchAsk {
  readonly q: string;
  readonly from: number | null;
  readonly to: number | null;
  readonly source: string | null;
  readonly limit: number;
}

/** What is known of the search so far. */
export interface SearchState {
  readonly phase: 'idle' | 'running' | 'done' | 'stopped';
  readonly totalBytes: number;
  readonly totalFiles: number;
  readonly progress: Omit<Progress, 'hits' | 'event'>;
  readonly hits: readonly Hit[];
  readonly done: Done | null;
  readonly fault: ApiFault | null;
}

const NOTHING: SearchState = {
  phase: 'idle',
  totalBytes: 0,
  totalFiles: 0,
  progress: { lines: 0, matched: 0, bytes: 0, files: 0, histogram: null, facets: [] },
  hits: [],
  done: null,
  fault: null,
};

const newestFirst = (a: Hit, b: Hit): number => (b.at ?? 0) - (a.at ?? 0) || b.offset - a.offset;

function next(state: SearchState, record: SearchRecord, limit: number): SearchState {
  switch (record.event) {
    case 'begin':
      return { ...state, totalBytes: record.bytes, totalFiles: record.files };
    case 'progress': {
      const { hits, event: _, ...progress } = record;
      const all = hits.length === 0 ? state.hits : [...state.hits, ...hits].toSorted(newestFirst).slice(0, limit);
      return { ...state, progress, hits: all };
    }
    case 'done':
      return { ...state, phase: 'done', done: record };
    case 'failed':
      return { ...state, phase: 'stopped', fault: new ApiFault(`SEARCH_${record.reason}`, record.message, null) };
  }
}

/** Searches when `key` changes; null searches nothing. */
export function useSearch(key: string | null, ask: SearchAsk): SearchState & { stop(): void; again(): void } {
  const [state, setState] = useState(NOTHING);
  const [turn, setTurn] = useState(0);
  const latest = useRef(ask);
  latest.current = ask;
  const abort = useRef<AbortController | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is the wish to search anew
  useEffect(() => {
    if (key === null) {
      setState(NOTHING);
      return;
    }
    const mine = new AbortController();
    abort.current = mine;
    const { limit, ...query } = latest.current;
    setState({ ...NOTHING, phase: 'running' });
    streamLines<SearchRecord>('/search', { query: { ...query, limit } }, mine.signal, (record) => {
      if (!mine.signal.aborted) setState((before) => next(before, record, limit));
    }).catch((error: unknown) => {
      if (!mine.signal.aborted) setState((before) => ({ ...before, phase: 'stopped', fault: toFault(error) }));
    });
    return () => mine.abort();
  }, [key, turn]);
  const stop = useCallback(() => {
    abort.current?.abort();
    setState((before) => (before.phase === 'running' ? { ...before, phase: 'stopped' } : before));
  }, []);
  const again = useCallback(() => setTurn((n) => n + 1), []);
  return { ...state, stop, again };
}
