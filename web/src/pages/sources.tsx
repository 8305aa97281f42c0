/** Sources: what is read, how well it is understood, and a place to ask what a line means. */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { type Answer, ApiFault, call } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { useData, useThrottled } from '../api/use-data.ts';
import { Fields, MarkedText } from '../parts/log-line.tsx';
import { Empty, FaultBox, Skeleton } from '../parts/small.tsx';
import { SourceTable } from '../parts/source-table.tsx';
import type { Place } from '../route.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';

const MOST_LINES = 50;

/** The page. */
export function SourcesPage({ place }: { readonly place: Place }): ReactNode {
  const { t } = useWords();
  const sources = useData('sources', (signal) => call('sources', {}, signal));
  const soon = useThrottled(sources.reload, 3000);
  useLive((event) => event.event === 'status' && soon());
  const items = sources.data?.items ?? [];
  const reading = items.filter((each) => each.state === 'reading').length;
  return (
    <>
      <h1>
        {sources.data === null || items.length === 0
          ? t('sources.title')
          : reading === items.length
            ? t('sources.all')
            : t('sources.some', { n: reading, total: items.length })}
      </h1>
      {sources.fault !== null && <FaultBox fault={sources.fault} again={sources.reload} />}
      {sources.data === null ? (
        sources.fault === null && <Skeleton rows={5} />
      ) : items.length === 0 ? (
        <Empty>{t('sources.empty')}</Empty>
      ) : (
        <SourceTable sources={items} />
      )}
      <Explain key={place.query.get('line')} line={place.query.get('line') ?? ''} />
    </>
  );
}

/** Explains pasted lines; one that a link brings along at once. */
function Explain({ line }: { readonly line: string }): ReactNode {
  const { t } = useWords();
  const [text, setText] = useState(line);
  const [answer, setAnswer] = useState<Answer<'explain'> | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const ask = (event?: FormEvent): void => {
    event?.preventDefault();
    const lines = [...new Set(text.split('\n').filter((line) => line.trim() !== ''))].slice(0, MOST_LINES);
    if (lines.length === 0) return;
    call('explain', { body: { lines } })
      .then((next) => {
        setAnswer(next);
        setFault(null);
      })
      .catch((error: unknown) =>
        setFault(error instanceof ApiFault ? error : new ApiFault('PAGE', String(error), null)),
      );
  };
  const first = useRef(line !== '' ? ask : null);
  useEffect(() => {
    first.current?.();
    first.current = null;
  }, []);
  return (
    <section>
      <h2>{t('sources.explain')}</h2>
      <form className="explain" onSubmit={ask}>
        <label>
          {t('sources.explain.what')}
          <textarea
            className="mono"
            rows={4}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <button type="submit" className="main">
          {t('sources.explain.go')}
        </button>
      </form>
      {fault !== null && <FaultBox fault={fault} again={() => ask()} />}
      {answer !== null && (
        <ul className="evidences">
          {answer.items.map((item) => (
            <li key={item.text} className="evidence">
              <MarkedText text={item.text} />
              {item.event === null ? (
                <p className="soft">{t('sources.explain.none')}</p>
              ) : (
                <>
                  <p>
                    {item.rules.length === 0
                      ? t('sources.explain.norules')
                      : t('sources.explain.rules', { rules: visible(item.rules.map((rule) => rule.title).join('; ')) })}
                  </p>
                  <Fields fields={item.event} />
                </>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
