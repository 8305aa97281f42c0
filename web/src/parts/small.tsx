/** Small parts every page uses: level, time, address, faults, emptiness, the wait. */
import type { ReactNode } from 'react';
import type { Answer, ApiFault } from '../api/client.ts';
import { agoText, exactText, useNow } from '../format.ts';
import { linkTo } from '../route.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';

/** Sigma's levels. */
export type Level = Answer<'alerts'>['items'][number]['level'];
/** Levels in rising order. */
export const LEVELS: readonly Level[] = ['informational', 'low', 'medium', 'high', 'critical'];

const SHAPES: Readonly<Record<Level, string>> = {
  informational: 'M6 2.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7z',
  low: 'M2.5 9.5h7L6 3z',
  medium: 'M6 1.5L10.5 6L6 10.5L1.5 6z',
  high: 'M1 10.5h10L6 1.5z',
  critical: 'M4 1h4l3 3v4l-3 3H4L1 8V4z',
};

/** A level: shape, word and, for the grave ones, colour. */
export function LevelMark({ level }: { readonly level: Level }): ReactNode {
  const { t } = useWords();
  return (
    <span className={`level level-${level}`}>
      <svg viewBox="0 0 12 12" aria-hidden="true">
        <path d={SHAPES[level]} />
      </svg>
      {t(`level.${level}`)}
    </span>
  );
}

/** How long ago, with the exact time on hover. */
export function Ago({ at }: { readonly at: number | null }): ReactNode {
  const { language, t } = useWords();
  const now = useNow(10_000);
  if (at === null) return <span className="soft">{t('none')}</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={exactText(at, language)}>
      {agoText(Math.min(at, now), now, language)}
    </time>
  );
}

/** An address or user, leading to its page. */
export function Who({ value, plain = false }: { readonly value: string; readonly plain?: boolean }): ReactNode {
  if (plain) return <span className="mono">{visible(value)}</span>;
  return (
    <a className="mono" href={linkTo('addresses', value)}>
      {visible(value)}
    </a>
  );
}

/** What failed, why, and what next, in place. */
export function FaultBox({ fault, again }: { readonly fault: ApiFault; readonly again: () => void }): ReactNode {
  const { t } = useWords();
  const offline = fault.code === 'OFFLINE';
  return (
    <div className="fault" role="alert">
      <strong>{offline ? t('fault.offline') : t('fault.title')}</strong>
      <p>{offline ? t('fault.offline.hint') : [visible(fault.message), visible(fault.hint ?? '')].join(' ').trim()}</p>
      <button type="button" onClick={again}>
        {t('fault.again')}
      </button>
    </div>
  );
}

/** Nothing here: what would be, and what to do. */
export function Empty({ title, children }: { readonly title?: string; readonly children: ReactNode }): ReactNode {
  return (
    <div className="empty">
      {title !== undefined && <strong>{title}</strong>}
      <p>{children}</p>
    </div>
  );
}

/** Rows that hold the place of those to come. */
export function Skeleton({ rows }: { readonly rows: number }): ReactNode {
  const { t } = useWords();
  return (
    <div className="skeleton" role="status" aria-label={t('loading')}>
      {Array.from({ length: rows }, (_, index) => `row-${index}`).map((key) => (
        <span key={key} />
      ))}
    </div>
  );
}
