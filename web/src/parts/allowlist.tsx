/** Who is never banned, with notes; entries of the configuration are shown but not changed here. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { useActions } from '../actions.ts';
import { call } from '../api/client.ts';
import { useData } from '../api/use-data.ts';
import { exactText } from '../format.ts';
import { useMayAct } from '../me.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';
import { Empty, FaultBox, Skeleton } from './small.tsx';

/** The list. */
export function Allowlist(): ReactNode {
  const { t, language } = useWords();
  const mayAct = useMayAct();
  const list = useData('allowlist', (signal) => call('allowlist', {}, signal));
  const actions = useActions(list.reload);
  return (
    <section>
      <h2>{t('allow.title')}</h2>
      {mayAct && <AllowForm allow={actions.allow} />}
      {list.fault !== null && <FaultBox fault={list.fault} again={list.reload} />}
      {list.data === null ? (
        list.fault === null && <Skeleton rows={2} />
      ) : list.data.items.length === 0 ? (
        <Empty>{t('allow.empty')}</Empty>
      ) : (
        <ul className="lines">
          {list.data.items.map((entry) => (
            <li key={entry.id}>
              <span className="mono">{visible(entry.value)}</span>
              <span>{visible(entry.note)}</span>
              <span className="soft">
                {entry.origin === 'configuration'
                  ? t('allow.origin.configuration')
                  : entry.by !== null && t('alert.by', { who: visible(entry.by) })}
              </span>
              {entry.expiresAt !== null && (
                <span className="soft">{t('allow.until', { time: exactText(entry.expiresAt, language) })}</span>
              )}
              {mayAct && entry.origin === 'page' && (
                <button type="button" onClick={() => void actions.disallow(entry.id, entry.value)}>
                  {t('allow.remove')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function AllowForm({ allow }: { readonly allow: (value: string, note: string) => Promise<boolean> }): ReactNode {
  const { t } = useWords();
  const [value, setValue] = useState('');
  const [note, setNote] = useState('');
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!(await allow(value.trim(), note))) return;
    setValue('');
    setNote('');
  };
  return (
    <form className="filters" onSubmit={(event) => void submit(event)}>
      <input
        className="mono"
        required
        maxLength={260}
        value={value}
        placeholder={t('allow.value')}
        aria-label={t('allow.value')}
        onChange={(event) => setValue(event.target.value)}
      />
      <input
        maxLength={500}
        value={note}
        placeholder={t('allow.note')}
        aria-label={t('allow.note')}
        onChange={(event) => setNote(event.target.value)}
      />
      <button type="submit">{t('allow.add')}</button>
    </form>
  );
}
