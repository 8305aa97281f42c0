/** Bans by hand: one, or as many as are pasted or read from a file. */
import { type FormEvent, type ReactNode, useState } from 'react';
import type { Actions } from '../actions.ts';
import type { Answer } from '../api/client.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';
import { type Span, SpanSelect, secondsOf } from './alert-detail.tsx';

const MOST = 10_000;
const SHOWN = 20;

/** Addresses of a pasted text: what follows a `#` is a remark. */
export function addressesOf(text: string): string[] {
  const parts = text
    .split('\n')
    .flatMap((line) => line.replace(/#.*/, '').split(/[\s,;]+/))
    .filter((each) => each !== '');
  return [...new Set(parts)];
}

/** The form. */
export function BanForm({ actions }: { readonly actions: Actions }): ReactNode {
  const { t, pick } = useWords();
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const [span, setSpan] = useState<Span>('1d');
  const [answer, setAnswer] = useState<Answer<'addDecisions'> | null>(null);
  const [busy, setBusy] = useState(false);
  const addresses = addressesOf(text);
  const refused = answer?.results.flatMap((each) => (each.ok ? [] : [each])) ?? [];

  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    const result = await actions.ban(addresses, secondsOf(span), reason);
    setBusy(false);
    setAnswer(result);
    // What was refused stays to be mended.
    if (result !== null) setText(result.results.flatMap((each) => (each.ok ? [] : [each.address])).join('\n'));
  };
  return (
    <details className="ban-form">
      <summary>{t('decisions.add')}</summary>
      <form onSubmit={(event) => void submit(event)}>
        <label>
          {t('decisions.paste')}
          <textarea
            className="mono"
            rows={4}
            value={text}
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <label>
          {t('decisions.note')}
          <input value={reason} maxLength={300} onChange={(event) => setReason(event.target.value)} />
        </label>
        <div className="buttons">
          <SpanSelect value={span} change={setSpan} />
          <button type="submit" className="main" disabled={busy || addresses.length === 0 || addresses.length > MOST}>
            {t('act.ban')}
          </button>
          <span className="soft">{t('decisions.count', { n: addresses.length })}</span>
          <label className="file">
            {t('decisions.file')}
            <input
              type="file"
              accept="text/plain,.txt,.csv,.list"
              onChange={(event) => void event.target.files?.[0]?.text().then(setText)}
            />
          </label>
        </div>
      </form>
      {answer !== null && refused.length > 0 && (
        <div role="status">
          <p>{t('decisions.accepted', { n: answer.accepted, total: answer.results.length })}</p>
          <h3>{t('decisions.refused')}</h3>
          <ul className="lines">
            {refused.slice(0, SHOWN).map((each) => (
              <li key={each.address}>
                <span className="mono">{visible(each.address)}</span>{' '}
                <span className="soft">{visible(pick(each.why))}</span>
              </li>
            ))}
          </ul>
        </div>
      )}
    </details>
  );
}
