/** Searches kept under a name, for everybody who signs in here. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import { useData } from '../../api/use-data.ts';
import { useMayAct } from '../../me.ts';
import { linkTo } from '../../route.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { tellFault } from '../toasts.tsx';

/** The list, and the way to add the present query to it. */
export function SavedSearches({ query }: { readonly query: string | null }): ReactNode {
  const { t } = useWords();
  const mayAct = useMayAct();
  const saved = useData('saved searches', (signal) => call('savedSearches', {}, signal));
  const [name, setName] = useState('');
  const items = saved.data?.items ?? [];
  const known = items.some((each) => each.query === query);
  const save = (event: FormEvent): void => {
    event.preventDefault();
    if (query === null) return;
    call('saveSearch', { body: { name, query } })
      .then(() => {
        setName('');
        saved.reload();
      })
      .catch(tellFault);
  };
  const forget = (id: string): void =>
    void call('deleteSearch', { params: { id } }).then(() => saved.reload(), tellFault);
  const maySave = mayAct && query !== null && query.trim() !== '' && !known;
  if (items.length === 0 && !maySave) return null;
  return (
    <div className="saved">
      {items.length > 0 && (
        <ul aria-label={t('search.saved')}>
          {items.map((each) => (
            <li key={each.id} className={each.query === query ? 'chip current' : 'chip'}>
              <a
                href={linkTo('search', null, new URLSearchParams({ q: each.query }))}
                title={visible(each.query)}
                aria-current={each.query === query ? 'true' : undefined}
              >
                {visible(each.name)}
              </a>
              {mayAct && (
                <button
                  type="button"
                  className="quiet"
                  aria-label={t('search.forget', { name: visible(each.name) })}
                  onClick={() => forget(each.id)}
                >
                  ×
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {maySave && (
        <details>
          <summary>{t('search.save')}</summary>
          <form onSubmit={save}>
            <input
              required
              maxLength={80}
              value={name}
              aria-label={t('search.save.name')}
              placeholder={t('search.save.name')}
              onChange={(event) => setName(event.target.value)}
            />
            <button type="submit">{t('search.save.go')}</button>
          </form>
        </details>
      )}
    </div>
  );
}
