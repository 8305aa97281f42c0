/** The live stream: one for the page, resumed by the browser with Last-Event-ID; after a longer loss lists are read anew. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import type { Answer } from './client.ts';

/** One thing that happened. */
export type LiveEvent = Answer<'live'>;
/** Is the stream up? */
export type LinkState = 'connecting' | 'live' | 'lost';

const NAMES = ['detection', 'decision', 'alert', 'status', 'resync'] as const;
/** Without a word for so long (status comes every two seconds) the stream is taken for dead: sleep, lost Wi-Fi. */
const SILENT_MS = 12_000;
const MAX_WAIT_MS = 15_000;

const listeners = new Set<(event: LiveEvent) => void>();
const watchers = new Set<() => void>();
let stream: EventSource | null = null;
let state: LinkState = 'connecting';
let heardAt = 0;
let waitMs = 500;
let timer = 0;
let watchdog = 0;

/** Opens the stream; called once somebody is signed in. */
export function startLive(): void {
  stopLive();
  connect();
  watchdog = window.setInterval(() => {
    if (stream !== null && Date.now() - heardAt > SILENT_MS) retry();
  }, 3000);
  window.addEventListener('online', reopen);
  window.addEventListener('offline', retry);
}

/** Closes it. */
export function stopLive(): void {
  stream?.close();
  stream = null;
  window.clearTimeout(timer);
  window.clearInterval(watchdog);
  window.removeEventListener('online', reopen);
  window.removeEventListener('offline', retry);
}

function connect(): void {
  heardAt = Date.now();
  const source = new EventSource('/api/v1/live');
  stream = source;
  source.onopen = () => {
    heardAt = Date.now();
    waitMs = 500;
    setState('live');
    // What happened between reading the lists and this moment is in no stream yet.
    tell({ event: 'resync', data: { reason: 'opened' } });
  };
  source.onerror = () => {
    if (stream !== source) return;
    if (source.readyState === EventSource.CLOSED) retry();
    else setState('lost');
  };
  for (const name of NAMES)
    source.addEventListener(name, (message) => {
      heardAt = Date.now();
      tell({ event: name, data: JSON.parse((message as MessageEvent<string>).data) } as LiveEvent);
    });
}

function retry(): void {
  stream?.close();
  stream = null;
  setState('lost');
  window.clearTimeout(timer);
  timer = window.setTimeout(connect, waitMs);
  waitMs = Math.min(MAX_WAIT_MS, waitMs * 2);
}

function reopen(): void {
  waitMs = 100;
  retry();
}

function tell(event: LiveEvent): void {
  for (const listener of listeners) listener(event);
}

function setState(next: LinkState): void {
  if (next === state) return;
  state = next;
  for (const watcher of watchers) watcher();
}

/** Calls back with every event while mounted. */
export function useLive(listener: (event: LiveEvent) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => {
    const relay = (event: LiveEvent): void => latest.current(event);
    listeners.add(relay);
    return () => void listeners.delete(relay);
  }, []);
}

/** State of the stream. */
export function useLink(): LinkState {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    () => state,
  );
}
