/** Search: this machine's own log files, by what their lines mean. The question is in the address and can be sent. */
import { type ReactNode, useCallback, useRef } from 'react';
import { call } from '../api/client.ts';
import { useData } from '../api/use-data.ts';
import { type SearchState, useSearch } from '../api/use-search.ts';
import { numberText } from '../format.ts';
import { useKeys } from '../keys.ts';
import { Histogram } from '../parts/histogram.tsx';
import { HitLine } from '../parts/search/hit-line.tsx';
import { Examples, LanguageHelp } from '../parts/search/query-help.tsx';
import { withTerm } from '../parts/search/query-text.ts';
import { SavedSearches } from '../parts/search/saved-searches.tsx';
import { RANGE_NAMES, RANGES, SearchForm } from '../parts/search/search-form.tsx';
import { Empty, FaultBox, Skeleton } from '../parts/small.tsx';
import { go, linkTo, type Place, withQuery } from '../route.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';

const FEW = 200;
const MANY = 1000;

/** The page. */
export function SearchPage({ place }: { readonly place: Place }): ReactNode {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const sources = useData('search sources', (signal) => call('searchSources', {}, signal));
  const q = place.query.get('q');
  const range = RANGE_NAMES.find((each) => each === place.query.get('range')) ?? '24h';
  const [from, to] = ['from', 'to'].map((name) => Number(place.query.get(name) ?? Number.NaN)) as [number, number];
  const chosen = from > 0 && to > from ? { from, to } : null;
  const source = place.query.get('source') ?? '';
  const limit = place.query.get('more') === '1' ? MANY : FEW;
  const span = RANGES[range];
  const key = q === null ? null : [q, chosen === null ? range : `${from}-${to}`, source, limit].join('\n');
  const search = useSearch(key, {
    q: q ?? '',
    from: chosen?.from ?? (span === null ? null : Date.now() - span),
    to: chosen?.to ?? null,
    source: source === '' ? null : source,
    limit,
  });
  const change = useCallback(
    (changes: Readonly<Record<string, string | null>>): void => {
      const next = withQuery(place.query, changes);
      // An empty query is a question too: everything.
      if (changes.q === '') next.set('q', '');
      const link = linkTo('search', null, next);
      if (link === location.hash) search.again();
      else go(link);
    },
    [place.query, search.again],
  );
  const narrow = useCallback(
    (field: string, value: string, wanted: boolean) =>
      change({ q: withTerm(q ?? '', field, value, wanted), more: null }),
    [change, q],
  );
  const move = (by: 1 | -1): void => {
    const all = [...document.querySelectorAll<HTMLElement>('.hit summary')];
    const at = all.indexOf(document.activeElement as HTMLElement);
    all[Math.min(all.length - 1, Math.max(0, at + by))]?.focus();
  };
  useKeys({
    '/': () => input.current?.focus(),
    j: () => move(1),
    k: () => move(-1),
    escape: () => search.stop(),
  });
  return (
    <>
      <h1 aria-live="polite">{sentence(search, t)}</h1>
      <SearchForm
        input={input}
        query={q ?? ''}
        range={range}
        chosen={chosen}
        source={source}
        sources={sources.data?.items ?? []}
        running={search.phase === 'running'}
        fault={search.fault}
        change={change}
        stop={search.stop}
      />
      <SavedSearches query={q} />
      {sources.fault !== null && <FaultBox fault={sources.fault} again={sources.reload} />}
      {sources.data?.items.length === 0 && <Empty>{t('search.nofiles')}</Empty>}
      {q === null ? (
        <>
          <p className="soft column">{t('search.what')}</p>
          <Examples />
          <LanguageHelp />
        </>
      ) : (
        <Found search={search} narrow={narrow} change={change} query={q} more={limit === FEW} />
      )}
    </>
  );
}

function sentence(search: SearchState, t: ReturnType<typeof useWords>['t']): string {
  const { lines, matched } = search.progress;
  if (search.phase === 'idle' || search.fault !== null) return t('search.title');
  if (search.phase === 'running') return t('search.running', { n: matched, lines });
  if (search.phase === 'stopped') return t('search.stopped', { n: matched, lines });
  return matched === 0 ? t('search.none', { lines }) : t('search.done', { n: matched, lines });
}

function Found(props: {
  readonly search: ReturnType<typeof useSearch>;
  readonly query: string;
  readonly more: boolean;
  readonly narrow: (field: string, value: string, wanted: boolean) => void;
  readonly change: (changes: Readonly<Record<string, string | null>>) => void;
}): ReactNode {
  const { search, change } = props;
  const { t } = useWords();
  const { histogram, facets, matched } = search.progress;
  return (
    <>
      <div className="search-progress">
        {search.phase === 'running' && <progress max={Math.max(1, search.totalBytes)} value={search.progress.bytes} />}
      </div>
      <SearchTrouble search={search} query={props.query} change={change} />
      {search.phase === 'running' && search.hits.length === 0 && <Skeleton rows={6} />}
      {histogram !== null && (
        <Histogram
          name={t('search.chart')}
          {...histogram}
          choose={(from, to) => change({ from: String(from), to: String(to), more: null })}
        />
      )}
      {facets.length > 0 && <FacetLists facets={facets} narrow={props.narrow} />}
      {search.hits.length > 0 && (
        <section>
          <h2>{matched > search.hits.length ? t('search.newest', { n: search.hits.length }) : t('search.lines')}</h2>
          <ul className="hits">
            {search.hits.map((hit) => (
              <HitLine key={`${hit.file} ${hit.offset}`} hit={hit} narrow={props.narrow} />
            ))}
          </ul>
          {matched > search.hits.length && props.more && search.phase !== 'running' && (
            <button type="button" className="more" onClick={() => change({ more: '1' })}>
              {t('search.more')}
            </button>
          )}
        </section>
      )}
      {search.phase === 'done' && matched === 0 && <LanguageHelp />}
    </>
  );
}

/** Fields that no line has, files that could not be read, searches that were ended. */
function SearchTrouble(props: {
  readonly search: ReturnType<typeof useSearch>;
  readonly query: string;
  readonly change: (changes: Readonly<Record<string, string | null>>) => void;
}): ReactNode {
  const { t } = useWords();
  const { fault, done, again } = props.search;
  const reason = /^SEARCH_(time|memory|fault|slow)$/.exec(fault?.code ?? '')?.[1] as 'time' | undefined;
  return (
    <>
      {reason !== undefined && (
        <p className="bad" role="alert">
          {t(`search.failed.${reason}`, { why: visible(fault?.message ?? '') })}
        </p>
      )}
      {fault?.code === 'API_BUSY' && (
        <p role="alert">
          {t('search.busy')}{' '}
          <button type="button" onClick={again}>
            {t('fault.again')}
          </button>
        </p>
      )}
      {fault !== null && reason === undefined && fault.code !== 'API_BUSY' && fault.faults.length === 0 && (
        <FaultBox fault={fault} again={again} />
      )}
      {done?.unseen.map(({ field, nearest }) => (
        <p key={field}>
          {nearest === null
            ? t('search.unseen', { field: visible(field) })
            : t('search.nearest', { field: visible(field), nearest })}{' '}
          {nearest !== null && (
            <button type="button" onClick={() => props.change({ q: props.query.replaceAll(field, nearest) })}>
              {t('search.nearest.use', { nearest })}
            </button>
          )}
        </p>
      ))}
      {done !== null && done.problems.length > 0 && (
        <details className="problems">
          <summary>{t('search.problems')}</summary>
          <ul>
            {done.problems.map((problem) => (
              <li key={problem.file}>
                <span className="mono">{visible(problem.file)}</span> {visible(problem.message)}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

function FacetLists(props: {
  readonly facets: SearchState['progress']['facets'];
  readonly narrow: (field: string, value: string, wanted: boolean) => void;
}): ReactNode {
  const { t, language } = useWords();
  return (
    <section className="facets" aria-label={t('search.facets')}>
      {props.facets.map(({ field, values }) => (
        <div key={field}>
          <h2>{field}</h2>
          <ul>
            {values.map(({ value, count }) => (
              <li key={value}>
                <button
                  type="button"
                  className="quiet mono"
                  title={t('search.add', { what: visible(`${field}: ${value}`) })}
                  onClick={() => props.narrow(field, value, true)}
                >
                  {visible(value)}
                </button>
                <span className="number">{numberText(count, language)}</span>
              </li>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}
