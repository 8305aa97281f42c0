/** Alerts: the list with its filters in the link, keys to work through it, one opened beside it. */
import { type FormEvent, type ReactNode, type RefObject, useMemo, useRef, useState } from 'react';
import { type Alert, isAddress, useActions } from '../actions.ts';
import { type AlertFilter, useAlertList } from '../api/use-alert-list.ts';
import { exactText } from '../format.ts';
import { useKeys } from '../keys.ts';
import { useMayAct } from '../me.ts';
import { AlertDetail, BAN_SECONDS } from '../parts/alert-detail.tsx';
import { AlertRow } from '../parts/alert-row.tsx';
import { Empty, FaultBox, LEVELS, Skeleton } from '../parts/small.tsx';
import { VirtualList } from '../parts/virtual-list.tsx';
import { go, linkTo, type Place, withQuery } from '../route.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';

const STATES = ['new', 'acknowledged', 'muted', 'normal'] as const;
/** Filters shown as chips that take themselves away. */
const CHIPS = ['rule', 'tactic', 'source', 'entity'] as const;
/** Stretches up to now, ms. */
const SINCE = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000, '30d': 30 * 86_400_000 } as const;
const SPANS = Object.keys(SINCE) as (keyof typeof SINCE)[];
const ROW = 60;

/** From when to when: chosen on a chart, or so long up to now. */
function stretchOf(query: URLSearchParams): { readonly from?: number; readonly to?: number } {
  const [from, to] = [Number(query.get('from')), Number(query.get('to'))];
  if (from > 0 && to > from) return { from, to };
  const span = SPANS.find((each) => each === query.get('since'));
  return span === undefined ? {} : { from: Date.now() - SINCE[span] };
}

function filterOf(query: URLSearchParams): AlertFilter {
  const level = LEVELS.find((each) => each === query.get('level'));
  const state = STATES.find((each) => each === query.get('state'));
  const filter: { -readonly [K in keyof AlertFilter]: AlertFilter[K] } = { ...stretchOf(query) };
  if (level !== undefined) filter.level = level;
  if (state !== undefined) filter.state = state;
  for (const key of ['q', ...CHIPS] as const) {
    const value = query.get(key);
    if (value !== null && value !== '') filter[key] = value.slice(0, 200);
  }
  return filter;
}

/** The page. */
export function AlertsPage({ place }: { readonly place: Place }): ReactNode {
  const { t } = useWords();
  const [atTop, setAtTop] = useState(true);
  const asked = place.query.toString();
  // Once for each link: a stretch up to now would otherwise be another with every drawing.
  const filter = useMemo(() => filterOf(new URLSearchParams(asked)), [asked]);
  const list = useAlertList(filter, !atTop);
  const [cursor, setCursor] = useState<string | null>(place.item);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const search = useRef<HTMLInputElement>(null);
  const [turn, setTurn] = useState(0);
  const mayAct = useMayAct();
  const actions = useActions(() => {
    list.reload();
    setTurn((n) => n + 1);
  });

  const at = list.items.findIndex((each) => each.id === (place.item ?? cursor));
  const open = (id: string | null, replace = false): void => go(linkTo('alerts', id, place.query), replace);
  const step = (by: number): void => {
    const next = list.items[Math.min(Math.max(at + by, 0), list.items.length - 1)];
    if (next === undefined) return;
    setCursor(next.id);
    if (place.item !== null) open(next.id, true);
  };
  const meant = (): Alert[] => {
    const picked = list.items.filter((each) => chosen.has(each.id));
    return picked.length > 0 ? picked : list.items.slice(at, at < 0 ? 0 : at + 1);
  };
  const addresses = (): string[] => meant().flatMap((each) => (isAddress(each.entityField) ? [each.entity] : []));
  const mark = (state: Alert['state']): void => {
    void actions.mark(meant(), state);
    setChosen(new Set());
  };
  const toggle = (id: string): void =>
    setChosen((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  const ban = (): void => void (addresses().length > 0 && actions.ban(addresses(), BAN_SECONDS, ''));
  const lift = (): void => void (addresses().length > 0 && actions.lift(addresses()));
  useKeys({
    j: () => step(1),
    k: () => step(-1),
    arrowdown: () => step(1),
    arrowup: () => step(-1),
    enter: () => cursor !== null && open(cursor),
    escape: () => (chosen.size > 0 ? setChosen(new Set()) : open(null)),
    '/': () => search.current?.focus(),
    ...(mayAct
      ? {
          x: () => at >= 0 && toggle(list.items[at]!.id),
          a: () => mark('acknowledged'),
          m: () => mark('muted'),
          n: () => mark('normal'),
          b: ban,
          u: lift,
        }
      : {}),
  });

  const news = list.counts?.new ?? 0;
  const filtered = place.query.size > 0;
  return (
    <div className={place.item === null ? 'split' : 'split opened'}>
      <section className="split-list" aria-label={t('alerts.list')}>
        <h1>
          {list.counts === null
            ? t('alerts.title')
            : news === 0
              ? t('alerts.sentence.none')
              : t('alerts.sentence', { n: news })}
        </h1>
        <Filters place={place} input={search} />
        {chosen.size > 0 && (
          <div className="bulk">
            <strong>{t('alerts.selected', { n: chosen.size })}</strong>
            <button type="button" onClick={() => mark('acknowledged')}>
              {t('act.ack')}
            </button>
            <button type="button" onClick={() => mark('muted')}>
              {t('act.mute.week')}
            </button>
            <button type="button" onClick={ban}>
              {t('act.ban')}
            </button>
            <button type="button" className="quiet" onClick={() => setChosen(new Set())}>
              {t('act.close')}
            </button>
          </div>
        )}
        {list.held > 0 && (
          <button type="button" className="held" onClick={list.release}>
            {t('alerts.held', { n: list.held })}
          </button>
        )}
        {list.fault !== null && <FaultBox fault={list.fault} again={list.reload} />}
        {!list.ready ? (
          <Skeleton rows={9} />
        ) : list.items.length === 0 && list.fault === null ? (
          filtered ? (
            <Empty>
              {t('alerts.nothing')} <a href={linkTo('alerts')}>{t('alerts.clear')}</a>
            </Empty>
          ) : (
            <Empty title={t('alerts.empty')}>{t('alerts.empty.what')}</Empty>
          )
        ) : (
          <VirtualList
            items={list.items}
            rowHeight={ROW}
            label={t('alerts.list')}
            keyOf={(alert) => alert.id}
            at={at}
            onNearEnd={list.more}
            onTop={setAtTop}
            foot={list.next === null ? null : <p className="soft foot">{t('alerts.more')}</p>}
            row={(alert) => (
              <div className={alert.id === cursor && place.item === null ? 'pick cursor' : 'pick'}>
                {mayAct && (
                  <input
                    type="checkbox"
                    aria-label={t('alerts.select', { entity: visible(alert.entity) })}
                    checked={chosen.has(alert.id)}
                    onChange={() => toggle(alert.id)}
                  />
                )}
                <AlertRow
                  alert={alert}
                  link={linkTo('alerts', alert.id, place.query)}
                  current={alert.id === place.item}
                />
              </div>
            )}
          />
        )}
      </section>
      <section className="split-detail">
        {place.item === null ? (
          <p className="soft pick-one">{t('alerts.pick')}</p>
        ) : (
          <AlertDetail
            key={place.item}
            id={place.item}
            turn={turn}
            actions={actions}
            back={linkTo('alerts', null, place.query)}
          />
        )}
      </section>
    </div>
  );
}

/** What the filters show, as a file. */
function exportLink(query: URLSearchParams, format: 'csv' | 'ndjson'): string {
  const asked = new URLSearchParams({ format, limit: '10000' });
  for (const key of ['q', 'level', 'state', ...CHIPS]) if (query.has(key)) asked.set(key, query.get(key) ?? '');
  for (const [key, at] of Object.entries(stretchOf(query))) asked.set(key, String(at));
  return `/api/v1/alerts/export?${asked}`;
}

function Filters(props: { readonly place: Place; readonly input: RefObject<HTMLInputElement | null> }): ReactNode {
  const { t, language } = useWords();
  const { query, item } = props.place;
  const stretch = stretchOf(query);
  const change = (changes: Readonly<Record<string, string | null>>): void =>
    go(linkTo('alerts', item, withQuery(query, changes)), true);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    change({ q: props.input.current?.value ?? '' });
  };
  return (
    <search>
      <form className="filters" onSubmit={submit}>
        <input
          ref={props.input}
          type="search"
          key={query.get('q') ?? ''}
          defaultValue={query.get('q') ?? ''}
          placeholder={t('alerts.search')}
          aria-label={t('alerts.search')}
          maxLength={200}
          onBlur={(event) => event.target.value !== (query.get('q') ?? '') && change({ q: event.target.value })}
        />
        <select
          aria-label={t('alerts.level')}
          value={query.get('level') ?? ''}
          onChange={(event) => change({ level: event.target.value })}
        >
          <option value="">{t('alerts.level.any')}</option>
          {LEVELS.slice(1).map((level) => (
            <option key={level} value={level}>
              {t('alerts.level.up', { level: t(`level.${level}`) })}
            </option>
          ))}
        </select>
        <select
          aria-label={t('decisions.state')}
          value={query.get('state') ?? ''}
          onChange={(event) => change({ state: event.target.value })}
        >
          <option value="">{t('alerts.state.any')}</option>
          {STATES.map((state) => (
            <option key={state} value={state}>
              {t(`state.${state}`)}
            </option>
          ))}
        </select>
        <select
          aria-label={t('range.label')}
          value={stretch.to === undefined ? (query.get('since') ?? '') : ''}
          onChange={(event) => change({ since: event.target.value, from: null, to: null })}
        >
          <option value="">{t('alerts.time.any')}</option>
          {SPANS.map((span) => (
            <option key={span} value={span}>
              {t(`range.${span}`)}
            </option>
          ))}
        </select>
        <span className="export">
          {t('alerts.export')}
          {(['csv', 'ndjson'] as const).map((format) => (
            <a key={format} href={exportLink(query, format)} download>
              {format === 'csv' ? 'CSV' : 'JSON'}
            </a>
          ))}
        </span>
        {stretch.from !== undefined && stretch.to !== undefined && (
          <button type="button" className="chip" onClick={() => change({ from: null, to: null })}>
            {t('range.chosen', { from: exactText(stretch.from, language), to: exactText(stretch.to, language) })} ×
          </button>
        )}
        {CHIPS.filter((key) => query.has(key)).map((key) => (
          <button key={key} type="button" className="chip" onClick={() => change({ [key]: null })}>
            {t('alerts.chip', { what: visible(query.get(key) ?? '') })} ×
          </button>
        ))}
      </form>
    </search>
  );
}
