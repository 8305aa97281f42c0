/** What was just done, with a way back for as long as the API keeps one. */
import { type ReactNode, useEffect, useSyncExternalStore } from 'react';
import { ApiFault, call } from '../api/client.ts';
import { useNow } from '../format.ts';
import { useLanguage } from '../settings.ts';
import { visible } from '../visible-text.ts';
import type { WordKey } from '../words/en.ts';
import { say, useWords, type Values } from '../words/words.ts';

interface Toast {
  readonly id: number;
  readonly key: WordKey;
  readonly values: Values;
  readonly undo: string | null;
  readonly until: number;
  readonly after: () => void;
  readonly bad: boolean;
}

const SHOWN_MS = 6000;
const MAX_SHOWN = 3;
let toasts: readonly Toast[] = [];
let count = 0;
const watchers = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next.slice(-MAX_SHOWN);
  for (const watcher of watchers) watcher();
}

/** Tells what was done; with an undo token it can be taken back until `until`. */
export function tellDone(
  key: WordKey,
  values: Values,
  way: { readonly undo?: string | null; readonly undoUntil?: number | null; readonly bad?: boolean } = {},
  after: () => void = () => {},
): void {
  const undo = way.undo ?? null;
  const until = undo === null ? Date.now() + SHOWN_MS : (way.undoUntil ?? Date.now() + 60_000);
  count += 1;
  set([...toasts, { id: count, key, values, undo, until, after, bad: way.bad === true }]);
}

/** Tells what could not be done. */
export function tellFault(error: unknown): void {
  const fault = error instanceof ApiFault ? error : new ApiFault('PAGE', String(error), null);
  if (fault.code === 'OFFLINE') tellDone('fault.offline', {}, { bad: true });
  else if (fault.code === 'API_ROLE') tellDone('fault.role', {}, { bad: true });
  else tellDone('done.refused', { why: visible(`${fault.message} ${fault.hint ?? ''}`.trim()) }, { bad: true });
}

/** Takes the newest back that can be. */
export async function undoNewest(): Promise<void> {
  const newest = toasts.findLast((each) => each.undo !== null);
  if (newest !== undefined) await undo(newest);
}

async function undo(toast: Toast): Promise<void> {
  set(toasts.filter((each) => each.id !== toast.id));
  try {
    await call('undo', { params: { token: toast.undo ?? '' } });
    tellDone('done.undone', {});
    toast.after();
  } catch (error) {
    if (error instanceof ApiFault && error.code === 'API_NOT_FOUND') tellDone('done.late', {}, { bad: true });
    else tellFault(error);
  }
}

/** The corner where they are shown. */
export function Toasts(): ReactNode {
  const shown = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
    () => toasts,
  );
  const now = useNow(500);
  const language = useLanguage();
  const { t } = useWords();
  useEffect(() => {
    if (shown.some((each) => each.until <= now)) set(toasts.filter((each) => each.until > now));
  }, [shown, now]);
  return (
    <section className="toasts" aria-live="polite">
      {shown.map((toast) => (
        <div key={toast.id} className={toast.bad ? 'toast bad' : 'toast'}>
          <span>{say(language, toast.key, toast.values)}</span>
          {toast.undo !== null && (
            <button type="button" onClick={() => void undo(toast)}>
              {t('act.undo', { n: Math.max(0, Math.ceil((toast.until - now) / 1000)) })}
            </button>
          )}
          <button
            type="button"
            className="quiet"
            aria-label={t('act.close')}
            onClick={() => set(toasts.filter((each) => each.id !== toast.id))}
          >
            ×
          </button>
        </div>
      ))}
    </section>
  );
}
