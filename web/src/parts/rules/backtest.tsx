/** A draft over this machine's logs: what it would have said and asked for, drawn before it is kept. */
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { type Answer, type ApiFault, streamLines, toFault } from '../../api/client.ts';
import { numberText } from '../../format.ts';
import { useMayAct } from '../../me.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { Histogram } from '../histogram.tsx';
import { FaultBox, Who } from '../small.tsx';

type Entry = Answer<'backtestRule'>;
type Done = Extract<Entry, { event: 'done' }>;
const DAYS = { 1: 'range.24h', 7: 'range.7d', 30: 'range.30d' } as const;

/** The section. */
export function Backtest(props: {
  readonly text: string;
  readonly own: string | null;
  readonly ready: boolean;
}): ReactNode {
  const { t } = useWords();
  const mayAct = useMayAct();
  const [days, setDays] = useState<keyof typeof DAYS>(7);
  const [state, setState] = useState<'idle' | Extract<Entry, { event: 'progress' }>>('idle');
  const [done, setDone] = useState<{ readonly answer: Done; readonly text: string } | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  if (!mayAct) return null;
  const stop = (): void => {
    abort.current?.abort();
    setState('idle');
  };
  const walk = (): void => {
    const mine = new AbortController();
    abort.current = mine;
    setState({ event: 'progress', lines: 0, detections: 0 });
    setDone(null);
    setFault(null);
    const { text, own } = props;
    streamLines<Entry>('/rules/backtest', { body: { text, name: own, days } }, mine.signal, (record) => {
      if (record.event === 'progress') setState(record);
      else setState('idle');
      if (record.event === 'done') setDone({ answer: record, text });
      if (record.event === 'failed') setFault(toFault(record.message));
    }).catch((error: unknown) => {
      if (mine.signal.aborted) return;
      setState('idle');
      setFault(toFault(error));
    });
  };
  return (
    <section>
      <h2>{t('editor.backtest')}</h2>
      <p className="soft">{t('editor.backtest.what')}</p>
      <div className="buttons">
        <select
          aria-label={t('editor.backtest.days')}
          value={days}
          onChange={(event) => setDays(Number(event.target.value) as 7)}
        >
          {([1, 7, 30] as const).map((each) => (
            <option key={each} value={each}>
              {t(DAYS[each])}
            </option>
          ))}
        </select>
        {state === 'idle' ? (
          <button type="button" disabled={!props.ready} onClick={walk}>
            {t('editor.backtest.go')}
          </button>
        ) : (
          <>
            <button type="button" onClick={stop}>
              {t('search.stop')}
            </button>
            <span role="status">{t('editor.backtest.running', { lines: state.lines, n: state.detections })}</span>
          </>
        )}
      </div>
      {fault !== null && <FaultBox fault={fault} again={walk} />}
      {done !== null && <Result answer={done.answer} stale={done.text !== props.text} />}
    </section>
  );
}

function Result({ answer, stale }: { readonly answer: Done; readonly stale: boolean }): ReactNode {
  const { t, language } = useWords();
  const { lines, files, detections, entityCount, bans, known, histogram } = answer;
  return (
    <div className="backtest">
      {stale && <p className="pending">{t('editor.backtest.stale')}</p>}
      <p className="story" role="status">
        {detections === 0
          ? t('editor.backtest.none', { lines, files })
          : t('editor.backtest.done', {
              lines,
              files,
              n: detections,
              entities: t('decisions.count', { n: entityCount }),
              bans,
            })}{' '}
        {known > 0 && t('editor.backtest.known', { n: known })}
      </p>
      {histogram !== null && <Histogram name={t('editor.backtest.chart')} {...histogram} />}
      <ul className="lines column">
        {answer.entities.map((each) => (
          <li key={each.value}>
            <Who value={visible(each.value)} />
            <span className="number">{numberText(each.count, language)}</span>
            {each.banned && <span>{t('editor.backtest.banned')}</span>}
            {each.known && <span className="soft">{t('editor.backtest.also')}</span>}
          </li>
        ))}
      </ul>
    </div>
  );
}
