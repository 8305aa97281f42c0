/** One alert as a row: who, what in words, how grave, what was done, when. */
import { memo, type ReactNode } from 'react';
import type { Alert } from '../actions.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';
import { Ago, LevelMark } from './small.tsx';

interface RowProps {
  readonly alert: Alert;
  readonly link: string;
  readonly current?: boolean;
}

/** The row, as a link. Drawn anew only when it says something else: a held key moves through many. */
export const AlertRow = memo(function AlertRow({ alert, link, current = false }: RowProps): ReactNode {
  const { t } = useWords();
  const [first, ...others] = alert.rules;
  return (
    <a className={`alert-row state-${alert.state}`} href={link} aria-current={current ? 'true' : undefined}>
      <LevelMark level={alert.level} />
      <span className="alert-who mono">{visible(alert.entity)}</span>
      <span className="alert-what">
        {visible(first?.title ?? '')}
        {others.length > 0 && <span className="soft"> +{others.length}</span>}
      </span>
      <span className="alert-done soft">
        {alert.decision !== null
          ? t(`decision.${alert.decision.state}`)
          : alert.state === 'new'
            ? t('alerts.events', { n: alert.events })
            : t(`state.${alert.state}`)}
      </span>
      <span className="alert-when soft">
        <Ago at={alert.lastAt} />
      </span>
    </a>
  );
});
