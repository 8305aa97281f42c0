/** Addresses and users: who there is, and everything known of one. */
import { type FormEvent, type ReactNode, useRef, useState } from 'react';
import { isAddress, useActions } from '../actions.ts';
import { type Answer, call } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { useData, useThrottled } from '../api/use-data.ts';
import { numberText } from '../format.ts';
import { useKeys } from '../keys.ts';
import { useMayAct } from '../me.ts';
import { AddressButtons } from '../parts/alert-detail.tsx';
import { AlertRow } from '../parts/alert-row.tsx';
import { DecisionLines, isInForce, Refusals } from '../parts/decision-lines.tsx';
import { MarkedText } from '../parts/log-line.tsx';
import { More, useMore } from '../parts/more.tsx';
import { countryName } from '../parts/places/country.ts';
import { ScoreBars } from '../parts/score-bars.tsx';
import { Ago, Empty, FaultBox, LevelMark, Skeleton, Who } from '../parts/small.tsx';
import { go, linkTo, type Place, withQuery } from '../route.ts';
import type { Language } from '../settings.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';

/** What finds logins that went well. */
const LOGINS = 'event.category:authentication and event.outcome:success';
/** As the query language wants what is not one plain word. */
const quoted = (value: string): string => (/^[\w./-]+$/.test(value) ? value : `"${value.replace(/["\\]/g, '\\$&')}"`);

/** The page. */
export function AddressesPage({ place }: { readonly place: Place }): ReactNode {
  return place.item === null ? <List place={place} /> : <One key={place.item} value={place.item} />;
}

function List({ place }: { readonly place: Place }): ReactNode {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const q = place.query.get('q') ?? '';
  const list = useMore(`entities ${q}`, (cursor, signal) =>
    call(
      'entities',
      { query: { limit: 100, ...(q === '' ? {} : { q }), ...(cursor === null ? {} : { cursor }) } },
      signal,
    ),
  );
  useKeys({ '/': () => input.current?.focus() });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    go(linkTo('addresses', null, withQuery(place.query, { q: input.current?.value.trim() ?? '' })), true);
  };
  return (
    <>
      <h1>{t('addresses.title')}</h1>
      <p className="soft">{t('addresses.sentence')}</p>
      <search>
        <form className="filters" onSubmit={submit}>
          <input
            type="search"
            ref={input}
            defaultValue={q}
            placeholder={t('addresses.search')}
            aria-label={t('addresses.search')}
            maxLength={200}
          />
        </form>
      </search>
      {list.fault !== null && <FaultBox fault={list.fault} again={list.reload} />}
      {list.items === null ? (
        list.fault === null && <Skeleton rows={8} />
      ) : list.items.length === 0 ? (
        <Empty>{q === '' ? t('addresses.empty') : t('alerts.nothing')}</Empty>
      ) : (
        <EntityTable items={list.items} />
      )}
      <More list={list} />
    </>
  );
}

function EntityTable({ items }: { readonly items: readonly Answer<'entities'>['items'][number][] }): ReactNode {
  const { t, language } = useWords();
  return (
    <table className="wide">
      <thead>
        <tr>
          <th scope="col">{t('decisions.address')}</th>
          <th scope="col">{t('alerts.level')}</th>
          <th scope="col" className="number">
            {t('addresses.detections')}
          </th>
          <th scope="col" className="number wide-only">
            {t('addresses.alerts')}
          </th>
          <th scope="col" className="number wide-only">
            {t('addresses.first')}
          </th>
          <th scope="col" className="number">
            {t('addresses.last')}
          </th>
        </tr>
      </thead>
      <tbody>
        {items.map((each) => (
          <tr key={`${each.field} ${each.value}`}>
            <th scope="row">
              <Who value={each.value} />
            </th>
            <td>
              <LevelMark level={each.level} />
            </td>
            <td className="number">{numberText(each.detections, language)}</td>
            <td className="number wide-only">{numberText(each.alerts, language)}</td>
            <td className="number wide-only">
              <Ago at={each.firstAt} />
            </td>
            <td className="number">
              <Ago at={each.lastAt} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function One({ value }: { readonly value: string }): ReactNode {
  const { t, pick, language } = useWords();
  const mayAct = useMayAct();
  const entity = useData(`entity ${value}`, (signal) => call('entity', { params: { value } }, signal));
  const soon = useThrottled(entity.reload, 500);
  const actions = useActions(entity.reload);
  const [now] = useState(() => Date.now());
  useLive((event) => {
    if (event.event === 'alert' && event.data.entity === value) soon();
    if (event.event === 'decision' && event.data.ip === value) soon();
  });
  useKeys({ escape: () => go(linkTo('addresses')) });
  const back = (
    <a className="back always" href={linkTo('addresses')}>
      ‹ {t('addresses.title')}
    </a>
  );
  const { data } = entity;
  if (data === null)
    return (
      <>
        {back}
        {entity.fault === null ? <Skeleton rows={8} /> : <FaultBox fault={entity.fault} again={entity.reload} />}
      </>
    );
  // What nobody was told about is an address or a user's name.
  const asked = `${data.field === '' ? 'user.name' : data.field}:${quoted(data.value)}`;
  const holding = data.decisions.find((each) => isInForce(each, now)) ?? null;
  return (
    <article className="column">
      {back}
      <p className="detail-head">
        <Who value={data.value} plain />
        {data.place !== null && <span className="soft">{placeText(data.place, language)}</span>}
      </p>
      <h1 className="story">{visible(pick(data.summary))}</h1>
      {data.protection !== null && <p>{t('address.why', { why: visible(pick(data.protection.why)) })}</p>}
      {data.indicators.length > 0 && <p>{t('address.lists', { lists: visible(data.indicators.join(', ')) })}</p>}
      {mayAct && isAddress(data.field) && (
        <div className="buttons">
          <AddressButtons address={data.value} decision={holding} actions={actions} />
        </div>
      )}
      {!data.known && <p className="soft">{t('address.none')}</p>}
      <p>
        <a href={linkTo('search', null, new URLSearchParams({ q: asked, range: 'all' }))}>{t('address.lines')}</a>
        {' · '}
        <a href={linkTo('search', null, new URLSearchParams({ q: `${asked} and ${LOGINS}`, range: 'all' }))}>
          {t('address.logins')}
        </a>
      </p>
      {data.score.length > 1 && <ScoreBars score={data.score} />}
      {data.alerts.length > 0 && (
        <section>
          <h2>{t('address.alerts')}</h2>
          <ul className="rows">
            {data.alerts.map((alert) => (
              <li key={alert.id}>
                <AlertRow alert={alert} link={linkTo('alerts', alert.id)} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {data.decisions.length > 0 && (
        <section>
          <h2>{t('address.decisions')}</h2>
          <DecisionLines decisions={data.decisions} />
        </section>
      )}
      {data.refusals.length > 0 && (
        <section>
          <h2>{t('alert.refused')}</h2>
          <Refusals refusals={data.refusals} />
        </section>
      )}
      {data.detections.length > 0 && <Seen detections={data.detections} />}
      {data.neighbours.length > 0 && (
        <section>
          <h2>{t('address.neighbours')}</h2>
          <EntityTable items={data.neighbours} />
        </section>
      )}
    </article>
  );
}

/** "Türkiye, Örnek İletişim (AS64500)". */
function placeText(place: NonNullable<Answer<'entity'>['place']>, language: Language): string {
  const { country, asn, network } = place;
  const owner = asn === null ? [] : [network === null ? `AS${asn}` : `${visible(network)} (AS${asn})`];
  return [...(country === null ? [] : [countryName(country, language)]), ...owner].join(', ');
}

function Seen({ detections }: { readonly detections: Answer<'entity'>['detections'] }): ReactNode {
  const { t } = useWords();
  return (
    <section>
      <h2>{t('address.detections')}</h2>
      <ul className="seen">
        {detections.map((each) => (
          <li key={each.id}>
            <details>
              <summary>
                <LevelMark level={each.rule.level} /> {visible(each.rule.title)}{' '}
                <span className="soft">
                  <Ago at={each.at} />
                </span>
              </summary>
              {[...new Set(each.lines)].map((line) => (
                <MarkedText key={line} text={line} />
              ))}
            </details>
          </li>
        ))}
      </ul>
    </section>
  );
}
