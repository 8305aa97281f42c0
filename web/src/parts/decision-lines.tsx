/** What was decided about somebody, and what the door refused. */
import type { ReactNode } from 'react';
import { type Answer, call } from '../api/client.ts';
import { useData } from '../api/use-data.ts';
import { exactText, spanText, useNow } from '../format.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';
import { Ago, Who } from './small.tsx';

/** One decision. */
export type Decision = Answer<'decisions'>['items'][number];

/** Does it hold now? */
export function isInForce(decision: Decision, now: number): boolean {
  return decision.expiresAt > now && decision.state !== 'expired' && decision.state !== 'revoked';
}

/** Time until it ends. */
export function Left({ decision }: { readonly decision: Decision }): ReactNode {
  const now = useNow(1000);
  const { t, language } = useWords();
  if (!isInForce(decision, now)) return <span className="soft">{t('none')}</span>;
  return (
    <span title={new Date(decision.expiresAt).toISOString()}>
      {spanText((decision.expiresAt - now) / 1000, language)}
    </span>
  );
}

/** How many packets the firewall dropped for it, where the kernel counts. */
function Dropped({ id }: { readonly id: string }): ReactNode {
  const { t } = useWords();
  const { data } = useData(`decision ${id}`, (signal) => call('decision', { params: { id } }, signal));
  const n = data?.dropped ?? null;
  return n === null ? null : <span className="soft">{t('decision.dropped', { n })}</span>;
}

/** Decisions, newest first. */
export function DecisionLines({ decisions }: { readonly decisions: readonly Decision[] }): ReactNode {
  const { t } = useWords();
  return (
    <ul className="lines">
      {decisions.map((each) => (
        <li key={each.id}>
          <span className={each.state === 'failed' ? 'bad' : undefined}>{t(`decision.${each.state}`)}</span>
          <Who value={each.ip} />
          <span className="soft">{visible(each.reason === '' ? each.origin : each.reason)}</span>
          <span className="soft">
            <Ago at={each.at} />
          </span>
          <Left decision={each} />
          {each.state === 'applied' && <Dropped id={each.id} />}
          {each.error !== null && <span className="why">{visible(each.error)}</span>}
        </li>
      ))}
    </ul>
  );
}

/** Refused bans with the door's reason. */
export function Refusals({ refusals }: { readonly refusals: Answer<'alert'>['refusals'] }): ReactNode {
  const { t, pick, language } = useWords();
  return (
    <ul className="lines">
      {refusals.map((each) => {
        // The door writes the end of the ban that holds as ISO 8601.
        const until = each.code === 'active' ? (/\d{4}-\d\d-\d\dT[\d:.]+Z/.exec(each.detail)?.[0] ?? null) : null;
        return (
          <li key={`${each.at} ${each.code} ${each.ip}`}>
            <span>
              {until === null
                ? visible(pick(each.why))
                : t('refusal.active', { time: exactText(Date.parse(until), language) })}
            </span>
            <span className="soft">
              <Ago at={each.at} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}
