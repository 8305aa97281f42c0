/** One found line: when, where, the line; its fields one key away, each a way to narrow the search. */
import { memo, type ReactNode, useState } from 'react';
import type { Hit } from '../../api/use-search.ts';
import { exactText } from '../../format.ts';
import { linkTo } from '../../route.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { Copy, MarkedText } from '../log-line.tsx';

interface Props {
  readonly hit: Hit;
  readonly narrow: (field: string, value: string, wanted: boolean) => void;
}

/** The line. */
export const HitLine = memo(function HitLine({ hit, narrow }: Props): ReactNode {
  const { t, language } = useWords();
  const [open, setOpen] = useState(false);
  const file = hit.file.slice(hit.file.lastIndexOf('/') + 1);
  return (
    <li className="hit">
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <time
            className="soft"
            title={hit.at === null ? undefined : `${exactText(hit.at, language, hit.zone)} (${hit.zone})`}
          >
            {hit.at === null ? t('none') : shortText(hit.at, language)}
          </time>
          <MarkedText text={hit.text} marks={hit.marks} />
        </summary>
        {open && (
          <div className="hit-more">
            <div className="evidence-foot">
              <span className="soft mono" title={visible(hit.file)}>
                {visible(file)}
              </span>
              {Object.keys(hit.fields).length === 0 && (
                <a href={linkTo('sources', null, new URLSearchParams({ line: hit.text.slice(0, 4000) }))}>
                  {t('search.explain')}
                </a>
              )}
              <Copy text={hit.text} label={t('alert.raw')} />
              <Copy text={JSON.stringify(hit, null, 2)} label={t('alert.json')} />
            </div>
            <dl className="fields">
              {Object.entries(hit.fields).map(([name, value]) => (
                <FieldRow key={name} name={name} value={value} narrow={narrow} />
              ))}
            </dl>
          </div>
        )}
      </details>
    </li>
  );
});

function FieldRow(props: {
  readonly name: string;
  readonly value: unknown;
  readonly narrow: Props['narrow'];
}): ReactNode {
  const { t } = useWords();
  const { name, value } = props;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const simple = (typeof value === 'string' && value.length < 200) || typeof value === 'number';
  const what = visible(`${name}: ${text}`);
  return (
    <div>
      <dt>{visible(name)}</dt>
      <dd className="mono">
        {name.endsWith('.ip') && typeof value === 'string' ? (
          <a href={linkTo('addresses', value)}>{visible(value)}</a>
        ) : (
          visible(text)
        )}
        {simple && name !== 'message' && name !== '@timestamp' && (
          <span className="narrow">
            <button type="button" aria-label={t('search.add', { what })} onClick={() => props.narrow(name, text, true)}>
              +
            </button>
            <button
              type="button"
              aria-label={t('search.without', { what })}
              onClick={() => props.narrow(name, text, false)}
            >
              −
            </button>
          </span>
        )}
      </dd>
    </div>
  );
}

function shortText(at: number, language: 'en' | 'tr'): string {
  return new Date(at).toLocaleString(language === 'tr' ? 'tr-TR' : 'en-GB', {
    day: '2-digit',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}
