/** One alert: the story in words, what can be done, the evidence, what was done about it. */
import { type ReactNode, useState } from 'react';
import { type Actions, type Alert, isAddress } from '../actions.ts';
import { type Answer, call } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { useData, useThrottled } from '../api/use-data.ts';
import { exactText, numberText } from '../format.ts';
import { useMayAct } from '../me.ts';
import { linkTo } from '../route.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';
import { AlertRow } from './alert-row.tsx';
import { DecisionLines, Refusals } from './decision-lines.tsx';
import { Copy, EvidenceLine } from './log-line.tsx';
import { Empty, FaultBox, LevelMark, Skeleton, Who } from './small.tsx';

/** A ban by key is for a day. */
export const BAN_SECONDS = 86_400;
const SPANS = { '1h': 3600, '1d': 86_400, '7d': 604_800, '30d': 2_592_000 } as const;

/** The detail; `turn` changes when something was done. */
export function AlertDetail(props: {
  readonly id: string;
  readonly turn: number;
  readonly actions: Actions;
  readonly back: string;
}): ReactNode {
  const { t, pick, language } = useWords();
  const { id } = props;
  const alert = useData(`alert ${id} ${props.turn}`, (signal) => call('alert', { params: { id } }, signal));
  const soon = useThrottled(alert.reload, 500);
  // What is shown stays while it is read again after an action.
  const [shown, setShown] = useState<Answer<'alert'> | null>(null);
  if (alert.data !== null && alert.data !== shown) setShown(alert.data);
  useLive((event) => {
    if (event.event === 'alert' && event.data.id === id) soon();
    if (event.event === 'decision' && event.data.ip === shown?.entity) soon();
  });
  const back = (
    <a className="back" href={props.back}>
      ‹ {t('alert.back')}
    </a>
  );
  if (shown === null)
    return (
      <>
        {back}
        {alert.fault === null ? (
          <Skeleton rows={6} />
        ) : alert.fault.code === 'API_NOT_FOUND' ? (
          <Empty>{t('alert.gone')}</Empty>
        ) : (
          <FaultBox fault={alert.fault} again={alert.reload} />
        )}
      </>
    );
  return (
    <article>
      {back}
      <p className="detail-head">
        <LevelMark level={shown.level} /> <Who value={shown.entity} />
        {shown.state !== 'new' && (
          <span className="soft">
            {t(`state.${shown.state}`)}
            {shown.changedBy !== null && ` · ${t('alert.by', { who: visible(shown.changedBy) })}`}
          </span>
        )}
      </p>
      <h2 className="story">{visible(pick(shown.story))}</h2>
      <p className="soft">
        {t('alert.when', { first: exactText(shown.firstAt, language), last: exactText(shown.lastAt, language) })}
      </p>
      <Buttons alert={shown} actions={props.actions} />
      <section>
        <h3>{t('alert.evidence')}</h3>
        {shown.lines.length === 0 ? (
          <p className="soft">{t('alert.nolines')}</p>
        ) : (
          <ul className="evidences">
            {shown.lines.map((line) => (
              <EvidenceLine key={line.text} line={line} />
            ))}
          </ul>
        )}
      </section>
      <section>
        <h3>{t('alert.rules')}</h3>
        <ul className="top-list">
          {shown.rules.map((rule) => (
            <li key={rule.id}>
              <LevelMark level={rule.level} />
              <a href={linkTo('alerts', null, new URLSearchParams({ rule: rule.id }))}>{visible(rule.title)}</a>
              <span className="number">{numberText(rule.count, language)}</span>
            </li>
          ))}
        </ul>
        {shown.tactics.length > 0 && (
          <p className="tags">
            {shown.tactics.map((tag) => (
              <a key={tag} href={linkTo('alerts', null, new URLSearchParams({ tactic: tag }))}>
                {visible(tag.replace(/^attack\./, ''))}
              </a>
            ))}
          </p>
        )}
      </section>
      {shown.decisions.length > 0 && (
        <section>
          <h3>{t('alert.done')}</h3>
          <DecisionLines decisions={shown.decisions} />
        </section>
      )}
      {shown.refusals.length > 0 && (
        <section>
          <h3>{t('alert.refused')}</h3>
          <Refusals refusals={shown.refusals} />
        </section>
      )}
      {shown.related.length > 0 && (
        <section>
          <h3>{t('alert.related')}</h3>
          <ul className="rows">
            {shown.related.map((each) => (
              <li key={each.id}>
                <AlertRow alert={each} link={linkTo('alerts', each.id)} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </article>
  );
}

function Buttons({ alert, actions }: { readonly alert: Alert; readonly actions: Actions }): ReactNode {
  const { t } = useWords();
  const mayAct = useMayAct();
  const [span, setSpan] = useState<Span>('7d');
  const copies = <Copy text={location.href} label={t('alert.link')} />;
  if (!mayAct) return <div className="buttons">{copies}</div>;
  return (
    <div className="buttons">
      {isAddress(alert.entityField) && (
        <AddressButtons address={alert.entity} decision={alert.decision} actions={actions} />
      )}
      {alert.state === 'new' ? (
        <>
          <button type="button" onClick={() => void actions.mark([alert], 'acknowledged')}>
            {t('act.ack')}
          </button>
          <span className="joined">
            <button type="button" onClick={() => void actions.mark([alert], 'muted', SPANS[span])}>
              {t('act.mute')}
            </button>
            <SpanSelect value={span} change={setSpan} label={t('act.mute.for')} />
          </span>
          <button type="button" onClick={() => void actions.mark([alert], 'normal')}>
            {t('act.normal')}
          </button>
        </>
      ) : (
        <button type="button" onClick={() => void actions.mark([alert], 'new')}>
          {t('act.reopen')}
        </button>
      )}
      {copies}
    </div>
  );
}

/** Ban for a while, lift, allow. */
export function AddressButtons(props: {
  readonly address: string;
  readonly decision: Alert['decision'];
  readonly actions: Actions;
}): ReactNode {
  const { t } = useWords();
  const { address, decision, actions } = props;
  const [span, setSpan] = useState<keyof typeof SPANS>('1d');
  const inForce = decision !== null && ['pending', 'applied', 'failed', 'observed'].includes(decision.state);
  return (
    <>
      {inForce ? (
        <button type="button" className="main" onClick={() => void actions.lift([address])}>
          {t('act.unban')}
        </button>
      ) : (
        <span className="joined">
          <button type="button" className="main" onClick={() => void actions.ban([address], SPANS[span], '')}>
            {t('act.ban')}
          </button>
          <SpanSelect value={span} change={setSpan} />
        </span>
      )}
      <button type="button" onClick={() => void actions.allow(address, '')}>
        {t('act.allow')}
      </button>
    </>
  );
}

/** Names of spans. */
export type Span = keyof typeof SPANS;
/** Seconds of a span. */
export const secondsOf = (span: Span): number => SPANS[span];

/** For how long. */
export function SpanSelect(props: {
  readonly value: Span;
  readonly change: (span: Span) => void;
  readonly label?: string;
}): ReactNode {
  const { t } = useWords();
  const names = Object.keys(SPANS) as Span[];
  return (
    <select
      aria-label={props.label ?? t('act.for')}
      value={props.value}
      onChange={(event) => props.change(names.find((each) => each === event.target.value) ?? '1d')}
    >
      {names.map((name) => (
        <option key={name} value={name}>
          {t(`time.${name}`)}
        </option>
      ))}
    </select>
  );
}
