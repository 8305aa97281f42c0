/** Is all well? One sentence, the figures it rests on, the last hours, the newest alerts, the sources. */
import { lazy, type ReactNode, Suspense } from 'react';
import { type Answer, call } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { useData, useThrottled } from '../api/use-data.ts';
import { numberText, tickText } from '../format.ts';
import { AlertRow } from '../parts/alert-row.tsx';
import { Empty, FaultBox, Skeleton } from '../parts/small.tsx';
import { SourceTable } from '../parts/source-table.tsx';
import { TimelineChart } from '../parts/timeline.tsx';
import { go, linkTo, type Place, withQuery } from '../route.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';

const RANGES = { '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000, '30d': 30 * 86_400_000 } as const;
type Range = keyof typeof RANGES;
const NAMES = Object.keys(RANGES) as Range[];
const SHOWN = 8;
/** The outline of the world comes when there is something to draw on it. */
const PlacesView = lazy(() => import('../parts/places/places.tsx'));

/** The page. */
export function NowPage({ place }: { readonly place: Place }): ReactNode {
  const { t, pick } = useWords();
  const now = useData('now', (signal) => call('now', {}, signal));
  const sources = useData('sources', (signal) => call('sources', {}, signal));
  const rereadSoon = useThrottled(now.reload, 400);
  const sourcesSoon = useThrottled(sources.reload, 5000);
  useLive((event) => {
    if (event.event === 'status') {
      const { mode, linesPerSecond, activeDecisions } = event.data;
      now.change((old) => ({ ...old, mode, facts: { ...old.facts, linesPerSecond, activeBans: activeDecisions } }));
      sourcesSoon();
    } else if (event.event !== 'resync') rereadSoon();
  });
  if (now.data === null)
    return now.fault === null ? <Skeleton rows={8} /> : <FaultBox fault={now.fault} again={now.reload} />;
  const { sentence, verdict, problems, newest } = now.data;
  return (
    <>
      <h1 className={`sentence verdict-${verdict}`} aria-live="polite">
        {visible(pick(sentence))}
      </h1>
      {problems.length > 1 && (
        <section className="problems">
          <h2>{t('now.problems')}</h2>
          <ul>
            {problems.map((problem) => (
              <li key={problem}>{visible(problem)}</li>
            ))}
          </ul>
        </section>
      )}
      <Facts now={now.data} />
      <History place={place}>
        <div className="two now-alerts">
          <section>
            <h2>
              {t('now.newest')} <a href={linkTo('alerts', null, stretchAsked(place))}>{t('now.all')}</a>
            </h2>
            {newest.length === 0 ? (
              <Empty>{t('now.none')}</Empty>
            ) : (
              <ul className="rows">
                {newest.slice(0, SHOWN).map((alert) => (
                  <li key={alert.id} className="appear">
                    <AlertRow alert={alert} link={linkTo('alerts', alert.id)} />
                  </li>
                ))}
              </ul>
            )}
          </section>
          <section>
            <h2>{t('now.health')}</h2>
            {sources.data === null ? <Skeleton rows={3} /> : <SourceTable sources={sources.data.items} brief />}
          </section>
        </div>
      </History>
    </>
  );
}

/** What was chosen on the chart, for the list of alerts. */
function stretchAsked({ query }: Place): URLSearchParams {
  return new URLSearchParams([...query].filter(([key]) => key === 'from' || key === 'to'));
}

function Facts({ now }: { readonly now: Answer<'now'> }): ReactNode {
  const { facts, mode, problems } = now;
  const { t, language } = useWords();
  return (
    <dl className="facts">
      <Fact name={t('now.lines')} value={numberText(facts.linesPerSecond, language)} />
      <Fact name={t('now.detections')} value={numberText(facts.detectionsLastHour, language)} />
      <Fact
        name={t(mode === 'observe' ? 'now.bans.observe' : 'now.bans')}
        value={numberText(facts.activeBans, language)}
      />
      <Fact
        name={t('now.sources')}
        value={t('now.of', { n: facts.sourcesReading, total: facts.sourcesTotal })}
        bad={problems.length > 0 && facts.sourcesReading < facts.sourcesTotal}
      />
    </dl>
  );
}

function Fact(props: { readonly name: string; readonly value: string; readonly bad?: boolean }): ReactNode {
  return (
    <div className={props.bad === true ? 'bad' : undefined}>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
    </div>
  );
}

/** A stretch of time, following the present unless it was drawn by hand. */
function History({ place, children }: { readonly place: Place; readonly children: ReactNode }): ReactNode {
  const { t, language } = useWords();
  const range = NAMES.find((each) => each === place.query.get('range')) ?? '24h';
  const from = Number(place.query.get('from') ?? Number.NaN);
  const to = Number(place.query.get('to') ?? Number.NaN);
  const chosen = from > 0 && to > from;
  const stretch = (): { from: number; to: number } =>
    chosen ? { from, to } : { from: Date.now() - RANGES[range], to: Date.now() };
  const key = chosen ? `${from}-${to}` : range;
  const timeline = useData(`timeline ${key}`, (signal) =>
    call('timeline', { query: { ...stretch(), buckets: 96 } }, signal),
  );
  const top = useData(`top ${key}`, async (signal) => ({
    who: await call('top', { query: { ...stretch(), by: 'entity', limit: 5 } }, signal),
    what: await call('top', { query: { ...stretch(), by: 'rule', limit: 5 } }, signal),
    networks: await call('top', { query: { ...stretch(), by: 'network', limit: 5 } }, signal),
  }));
  const follow = useThrottled(() => {
    timeline.reload();
    top.reload();
  }, 5000);
  useLive((event) => {
    if (!chosen && (event.event === 'detection' || event.event === 'status')) follow();
  });
  const choose = (changes: Readonly<Record<string, string | null>>): void =>
    go(linkTo('now', null, withQuery(place.query, { from: null, to: null, ...changes })));
  return (
    <section className="history">
      <fieldset className="chips">
        <legend className="hidden">{t('range.label')}</legend>
        {NAMES.map((name) => (
          <button
            key={name}
            type="button"
            aria-pressed={!chosen && name === range}
            onClick={() => choose({ range: name === '24h' ? null : name })}
          >
            {t(`range.${name}`)}
          </button>
        ))}
        {chosen && (
          <button type="button" aria-pressed="true" onClick={() => choose({})}>
            {t('range.chosen', {
              from: tickText(from, RANGES['7d'], language),
              to: tickText(to, RANGES['7d'], language),
            })}{' '}
            ×
          </button>
        )}
      </fieldset>
      {timeline.data !== null ? (
        <TimelineChart
          timeline={timeline.data}
          choose={(start, end) => choose({ from: String(start), to: String(end) })}
        />
      ) : timeline.fault === null ? (
        <div className="timeline-room" />
      ) : (
        <FaultBox fault={timeline.fault} again={timeline.reload} />
      )}
      {children}
      {top.data !== null && top.data.who.items.length > 0 && (
        <div className="three">
          <TopList title={t('now.who')} items={top.data.who.items} link={(key) => linkTo('addresses', key)} mono />
          <TopList
            title={t('now.what')}
            items={top.data.what.items}
            link={(rule) => linkTo('alerts', null, new URLSearchParams({ rule }))}
          />
          <TopList
            title={t('now.networks')}
            items={top.data.networks.items}
            link={(network) => linkTo('addresses', null, new URLSearchParams({ q: network }))}
            mono
          />
        </div>
      )}
      {(top.data !== null || top.fault !== null) && <Where stretchKey={key} stretch={stretch} follow={!chosen} />}
    </section>
  );
}

/** Countries and networks, where a local file knows them; else how there would be. */
function Where(props: {
  readonly stretchKey: string;
  readonly stretch: () => { from: number; to: number };
  readonly follow: boolean;
}): ReactNode {
  const { t } = useWords();
  const places = useData(`places ${props.stretchKey}`, (signal) => call('places', { query: props.stretch() }, signal));
  const follow = useThrottled(places.reload, 60_000);
  useLive((event) => {
    if (props.follow && event.event === 'detection') follow();
  });
  if (places.data === null) return null;
  const { files } = places.data;
  return (
    <section>
      <h2>{t('places.title')}</h2>
      {files.some((file) => file.problem === null) ? (
        <Suspense fallback={<Skeleton rows={6} />}>
          <PlacesView places={places.data} />
        </Suspense>
      ) : (
        <>
          <p className="soft hint">{t('places.hint')}</p>
          {files.map(({ path, problem }) => (
            <p key={path} className="bad">
              {t('places.problem', { path: visible(path), problem: visible(problem ?? '') })}
            </p>
          ))}
        </>
      )}
    </section>
  );
}

function TopList(props: {
  readonly title: string;
  readonly items: Answer<'top'>['items'];
  readonly link: (key: string) => string;
  readonly mono?: boolean;
}): ReactNode {
  const { language } = useWords();
  return (
    <section>
      <h2>{props.title}</h2>
      <ul className="top-list">
        {props.items.map((item) => (
          <li key={item.key}>
            <a href={props.link(item.key)} className={props.mono === true ? 'mono' : undefined}>
              {visible(item.title)}
            </a>
            <span className="number">{numberText(item.count, language)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
