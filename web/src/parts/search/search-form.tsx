/** The question: query, stretch of time, source; what is wrong with it is shown under the place. */
import { type FormEvent, type ReactNode, type RefObject, useEffect } from 'react';
import type { ApiFault } from '../../api/client.ts';
import { tickText } from '../../format.ts';
import { visible } from '../../visible-text.ts';
import type { WordKey } from '../../words/en.ts';
import { useWords } from '../../words/words.ts';

/** Stretches that follow the present; null is everything. */
export const RANGES = {
  '1h': 3_600_000,
  '24h': 86_400_000,
  '7d': 7 * 86_400_000,
  '30d': 30 * 86_400_000,
  all: null,
} as const;
/** Name of a stretch. */
export type Range = keyof typeof RANGES;
/** All of them. */
export const RANGE_NAMES = Object.keys(RANGES) as Range[];
const WEEK = RANGES['7d'];

interface Props {
  readonly input: RefObject<HTMLInputElement | null>;
  readonly query: string;
  readonly range: Range;
  readonly chosen: { readonly from: number; readonly to: number } | null;
  readonly source: string;
  readonly sources: readonly { readonly id: string }[];
  readonly running: boolean;
  readonly fault: ApiFault | null;
  readonly change: (changes: Readonly<Record<string, string | null>>) => void;
  readonly stop: () => void;
}

/** The form. */
export function SearchForm(props: Props): ReactNode {
  const { t, language } = useWords();
  const { input, query, change, fault, chosen } = props;
  const column = fault?.faults[0]?.column ?? null;
  // The link may bring another query than the one that stands there.
  useEffect(() => {
    if (input.current !== null && input.current.value.trim() !== query) input.current.value = query;
  }, [input, query]);
  useEffect(() => {
    if (column === null || input.current === null) return;
    input.current.focus();
    input.current.setSelectionRange(column - 1, column);
  }, [column, input]);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change({ q: input.current?.value.trim() ?? '', more: null });
  };
  return (
    <search>
      <form className="search-form" onSubmit={submit}>
        <input
          type="search"
          className="mono"
          ref={input}
          defaultValue={query}
          maxLength={2000}
          spellCheck={false}
          autoCapitalize="none"
          autoComplete="off"
          aria-label={t('search.query')}
          aria-invalid={column !== null}
          aria-describedby={column === null ? undefined : 'query-fault'}
          placeholder="source.ip:203.0.113.0/24 and http.response.status_code>=400"
        />
        {props.running ? (
          <button type="button" onClick={props.stop}>
            {t('search.stop')}
          </button>
        ) : (
          <button type="submit" className="main">
            {t('search.go')}
          </button>
        )}
        {column !== null && <QueryFault query={query} fault={fault!} />}
        <div className="filters">
          <fieldset className="chips">
            <legend className="hidden">{t('range.label')}</legend>
            {RANGE_NAMES.map((name) => (
              <button
                key={name}
                type="button"
                aria-pressed={chosen === null && name === props.range}
                onClick={() => change({ range: name === '24h' ? null : name, from: null, to: null })}
              >
                {name === 'all' ? t('search.range.all') : t(`range.${name}`)}
              </button>
            ))}
            {chosen !== null && (
              <button type="button" aria-pressed="true" onClick={() => change({ from: null, to: null })}>
                {t('range.chosen', {
                  from: tickText(chosen.from, WEEK, language),
                  to: tickText(chosen.to, WEEK, language),
                })}{' '}
                ×
              </button>
            )}
          </fieldset>
          {props.sources.length > 1 && (
            <select
              aria-label={t('search.source')}
              value={props.source}
              onChange={(event) => change({ source: event.target.value })}
            >
              <option value="">{t('search.source.all')}</option>
              {props.sources.map(({ id }) => (
                <option key={id} value={id}>
                  {visible(id.replace(/^file:/, ''))}
                </option>
              ))}
            </select>
          )}
        </div>
      </form>
    </search>
  );
}

function QueryFault({ query, fault }: { readonly query: string; readonly fault: ApiFault }): ReactNode {
  const { t } = useWords();
  const first = fault.faults[0]!;
  const key = `search.fault.${first.code}` as WordKey;
  const column = first.column ?? 1;
  return (
    <div className="query-fault" id="query-fault" role="alert">
      <code aria-hidden="true">
        {visible(query.slice(0, column - 1))}
        <mark>{visible(query.slice(column - 1, column)) || '\u00a0'}</mark>
        {visible(query.slice(column))}
      </code>
      <p>{t('search.wrong', { column, what: t(key) })}</p>
    </div>
  );
}
