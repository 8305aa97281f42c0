/** Threat intelligence: the lists, how fresh they are and what they found; addresses looked up against them. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { type Answer, type ApiFault, call, toFault } from '../api/client.ts';
import { useData } from '../api/use-data.ts';
import { numberText, spanText } from '../format.ts';
import { useIsAdmin } from '../me.ts';
import { Ago, Empty, FaultBox, Skeleton, Who } from '../parts/small.tsx';
import { linkTo, type Place } from '../route.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';

type Feed = Answer<'feeds'>['items'][number];
const MOST = 1000;

const needsHelp = (feed: Feed): boolean => feed.problem !== null || feed.stale;

/** The page. */
export function IntelligencePage(_: { readonly place: Place }): ReactNode {
  const { t } = useWords();
  const isAdmin = useIsAdmin();
  const feeds = useData('feeds', (signal) => call('feeds', {}, signal));
  const items = feeds.data?.items ?? [];
  const ill = items.filter(needsHelp).length;
  return (
    <>
      <h1>
        {items.length === 0 ? t('intel.title') : t('intel.sentence', { n: feeds.data?.size ?? 0, lists: items.length })}{' '}
        {items.length > 0 &&
          (ill === 0 ? t('intel.fresh') : <span className="bad">{t('intel.trouble', { n: ill })}</span>)}
      </h1>
      {feeds.fault !== null && <FaultBox fault={feeds.fault} again={feeds.reload} />}
      {feeds.data === null ? (
        feeds.fault === null && <Skeleton rows={4} />
      ) : items.length === 0 ? (
        <Empty title={t('intel.empty')}>
          {t('intel.empty.what')} {isAdmin && <a href={linkTo('settings', 'configuration')}>{t('intel.settings')}</a>}
        </Empty>
      ) : (
        <FeedTable feeds={items} />
      )}
      <Lookup />
    </>
  );
}

function FeedTable({ feeds }: { readonly feeds: readonly Feed[] }): ReactNode {
  const { t, language } = useWords();
  return (
    <table className="sources">
      <thead>
        <tr>
          <th scope="col">{t('intel.name')}</th>
          <th scope="col">{t('intel.read')}</th>
          <th scope="col" className="number">
            {t('intel.entries')}
          </th>
          <th scope="col" className="number">
            {t('intel.hits')}
          </th>
        </tr>
      </thead>
      <tbody>
        {feeds.map((feed) => (
          <tr key={feed.name}>
            <th scope="row">
              {visible(feed.name)} <span className="soft mono source-folder">{visible(feed.place)}</span>
            </th>
            <td>
              <Ago at={feed.at} />{' '}
              <span className="soft">
                {feed.everySeconds === null
                  ? t('intel.file')
                  : t('intel.every', { span: spanText(feed.everySeconds, language) })}
              </span>
              {feed.stale && <span className="bad"> {t('intel.stale')}</span>}
              {feed.problem !== null && <span className="why bad">{visible(feed.problem)}</span>}
            </td>
            <td className="number" data-name={t('intel.entries')}>
              {numberText(feed.entries, language)}
            </td>
            <td className="number" data-name={t('intel.hits')}>
              {feed.hits === 0 ? (
                numberText(0, language)
              ) : (
                <a href={linkTo('alerts', null, new URLSearchParams({ rule: 'bekci-known-bad-contact' }))}>
                  {numberText(feed.hits, language)}
                </a>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Every address of a pasted text, once; the server says which are none. */
export function addressesIn(text: string): string[] {
  const found = text.match(/[0-9a-f:.]*[:.][0-9a-f:.]+/gi) ?? [];
  const likely = found
    .map((each) => each.replace(/^[.:]+(?=[^:])|[.]+$/g, ''))
    .filter(
      (each) =>
        /^\d{1,3}(?:\.\d{1,3}){3}$/.test(each) ||
        (each.split(':').length > 3 && /[0-9a-f]/i.test(each)) ||
        each.includes('::'),
    );
  return [...new Set(likely)];
}

function Lookup(): ReactNode {
  const { t } = useWords();
  const [text, setText] = useState('');
  const [answer, setAnswer] = useState<Answer<'lookup'> | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const addresses = addressesIn(text);
  const ask = (event?: FormEvent): void => {
    event?.preventDefault();
    call('lookup', { body: { values: addresses.slice(0, MOST) } }).then(
      (next) => {
        setAnswer(next);
        setFault(null);
      },
      (error: unknown) => setFault(toFault(error)),
    );
  };
  const valid = answer?.items.filter((item) => item.valid) ?? [];
  const found = valid.filter((item) => item.lists.length > 0);
  return (
    <section>
      <h2>{t('intel.lookup')}</h2>
      <form className="explain" onSubmit={ask}>
        <label>
          {t('intel.lookup.what')}
          <textarea
            className="mono"
            rows={5}
            spellCheck={false}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <div className="buttons">
          <button type="submit" className="main" disabled={addresses.length === 0}>
            {t('intel.lookup.go')}
          </button>
          <span className="soft">{t('intel.lookup.count', { n: addresses.length })}</span>
          {addresses.length > MOST && <span className="bad">{t('intel.lookup.most', { n: MOST })}</span>}
          <label className="file">
            {t('decisions.file')}
            <input type="file" onChange={(event) => void event.target.files?.[0]?.text().then(setText)} />
          </label>
        </div>
      </form>
      {fault !== null && <FaultBox fault={fault} again={() => ask()} />}
      {answer !== null && (
        <div role="status">
          <h3>
            {found.length === 0
              ? t('intel.found.none', { total: valid.length })
              : t('intel.found', { n: found.length, total: valid.length })}
          </h3>
          <ul className="lines column">
            {[...found, ...valid.filter((item) => item.lists.length === 0)].slice(0, 200).map((item) => (
              <li key={item.value}>
                <Who value={item.value} />
                {item.lists.length === 0 ? (
                  <span className="soft">{t('intel.clean')}</span>
                ) : (
                  <strong>{visible(item.lists.join(', '))}</strong>
                )}
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}
