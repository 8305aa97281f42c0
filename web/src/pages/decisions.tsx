/** Decisions: who is shut out, why and until when; bans by hand; who is never banned. */
import { type FormEvent, type ReactNode, useRef } from 'react';
import { useActions } from '../actions.ts';
import { call } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { useData, useThrottled } from '../api/use-data.ts';
import { useKeys } from '../keys.ts';
import { useMayAct } from '../me.ts';
import { Allowlist } from '../parts/allowlist.tsx';
import { BanForm } from '../parts/ban-form.tsx';
import { type Decision, isInForce, Left } from '../parts/decision-lines.tsx';
import { More, useMore } from '../parts/more.tsx';
import { Ago, Empty, FaultBox, Skeleton, Who } from '../parts/small.tsx';
import { go, linkTo, type Place, withQuery } from '../route.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';

const STATES = { active: 'decisions.active', ended: 'decisions.ended', all: 'decisions.all' } as const;
type State = keyof typeof STATES;
const NAMES = Object.keys(STATES) as State[];

/** The page. */
export function DecisionsPage({ place }: { readonly place: Place }): ReactNode {
  const { t } = useWords();
  const mayAct = useMayAct();
  const state = NAMES.find((each) => each === place.query.get('state')) ?? 'active';
  const within = place.query.get('within') ?? '';
  const input = useRef<HTMLInputElement>(null);
  const list = useMore(`decisions ${state} ${within}`, (cursor, signal) =>
    call(
      'decisions',
      { query: { state, limit: 100, ...(within === '' ? {} : { within }), ...(cursor === null ? {} : { cursor }) } },
      signal,
    ),
  );
  const status = useData('status', (signal) => call('status', {}, signal));
  const actions = useActions(list.reload);
  const soon = useThrottled(list.reload, 500);
  useLive((event) => event.event === 'decision' && soon());
  useKeys({ '/': () => input.current?.focus() });
  const change = (changes: Readonly<Record<string, string | null>>): void =>
    go(linkTo('decisions', null, withQuery(place.query, changes)), true);
  const counts = list.head?.counts;
  const observing = status.data?.mode === 'observe';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change({ within: input.current?.value.trim() ?? '' });
  };
  return (
    <>
      <h1>
        {counts === undefined
          ? t('decisions.title')
          : observing
            ? t('decisions.sentence.observe', { n: counts.observed })
            : t('decisions.sentence', { n: counts.active - counts.observed })}{' '}
        {counts !== undefined && counts.failed > 0 && (
          <span className="bad">{t('decisions.failed', { n: counts.failed })}</span>
        )}
      </h1>
      {mayAct && <BanForm actions={actions} />}
      <search>
        <form className="filters" onSubmit={submit}>
          <input
            type="search"
            ref={input}
            defaultValue={within}
            placeholder={t('decisions.within')}
            aria-label={t('decisions.within')}
            maxLength={100}
          />
          <fieldset className="chips">
            <legend className="hidden">{t('decisions.state')}</legend>
            {NAMES.map((name) => (
              <button
                key={name}
                type="button"
                aria-pressed={name === state}
                onClick={() => change({ state: name === 'active' ? null : name })}
              >
                {t(STATES[name])}
              </button>
            ))}
          </fieldset>
        </form>
      </search>
      {list.fault !== null && <FaultBox fault={list.fault} again={list.reload} />}
      {list.items === null ? (
        list.fault === null && <Skeleton rows={6} />
      ) : list.items.length === 0 ? (
        within !== '' || state !== 'active' ? (
          <Empty>{t('alerts.nothing')}</Empty>
        ) : (
          <Empty title={t('decisions.empty')}>{t('decisions.empty.what')}</Empty>
        )
      ) : (
        <Table items={list.items} lift={mayAct ? (ip) => void actions.lift([ip]) : null} />
      )}
      <More list={list} />
      <Allowlist />
    </>
  );
}

function Table(props: {
  readonly items: readonly Decision[];
  readonly lift: ((ip: string) => void) | null;
}): ReactNode {
  const { t } = useWords();
  const { lift } = props;
  return (
    <table className="wide">
      <thead>
        <tr>
          <th scope="col">{t('decisions.address')}</th>
          <th scope="col">{t('decisions.state')}</th>
          <th scope="col" className="wide-only">
            {t('decisions.reason')}
          </th>
          <th scope="col" className="number wide-only">
            {t('chart.time')}
          </th>
          <th scope="col" className="number">
            {t('decisions.left')}
          </th>
          {lift !== null && (
            <th scope="col">
              <span className="hidden">{t('decisions.lift')}</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {props.items.map((each) => (
          <tr key={each.id}>
            <th scope="row">
              <Who value={each.ip} />
            </th>
            <td className={each.state === 'failed' ? 'bad' : undefined}>
              {t(`decision.${each.state}`)}
              {each.error !== null && <span className="why">{visible(each.error)}</span>}
            </td>
            <td className="wide-only reason">
              {visible(each.reason === '' ? (each.rule ?? each.origin) : each.reason)}
            </td>
            <td className="number wide-only">
              <Ago at={each.at} />
            </td>
            <td className="number">
              <Left decision={each} />
            </td>
            {lift !== null && (
              <td className="number">
                {isInForce(each, Date.now()) && (
                  <button type="button" onClick={() => lift(each.ip)}>
                    {t('decisions.lift')}
                  </button>
                )}
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
