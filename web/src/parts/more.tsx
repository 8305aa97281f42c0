/** Lists read page by page with a button, for those too short to need a virtual list. */
import { type ReactNode, useEffect, useState } from 'react';
import { ApiFault } from '../api/client.ts';
import { useData } from '../api/use-data.ts';
import { useWords } from '../words/words.ts';

interface Page<T> {
  readonly items: readonly T[];
  readonly next: string | null;
}

/** A list that grows. */
export interface Growing<P extends Page<unknown>> {
  readonly items: readonly P['items'][number][] | null;
  /** The first page as answered. */
  readonly head: P | null;
  readonly next: string | null;
  readonly fault: ApiFault | null;
  reload(): void;
  more(): void;
}

/** Reads the first page when `key` changes and further ones when asked. */
export function useMore<P extends Page<unknown>>(
  key: string,
  load: (cursor: string | null, signal?: AbortSignal) => Promise<P>,
): Growing<P> {
  const first = useData(key, (signal) => load(null, signal));
  const [rest, setRest] = useState<{ items: readonly P['items'][number][]; next: string | null } | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);
  // A first page that was read anew begins the list again.
  const head = first.data;
  useEffect(() => {
    if (head !== null) setRest(null);
  }, [head]);
  const next = rest === null ? (head?.next ?? null) : rest.next;
  const more = async (): Promise<void> => {
    try {
      const page = await load(next);
      setFault(null);
      setRest((old) => ({ items: [...(old?.items ?? []), ...page.items], next: page.next }));
    } catch (error) {
      setFault(error instanceof ApiFault ? error : new ApiFault('PAGE', String(error), null));
    }
  };
  return {
    items: head === null ? null : [...head.items, ...(rest?.items ?? [])],
    head,
    next,
    fault: first.fault ?? fault,
    reload: first.reload,
    more: () => void more(),
  };
}

/** The button under such a list. */
export function More({ list }: { readonly list: { readonly next: string | null; more(): void } }): ReactNode {
  const { t } = useWords();
  if (list.next === null) return null;
  return (
    <button type="button" className="more" onClick={list.more}>
      {t('decisions.more')}
    </button>
  );
}
