/** Sources and their health: colour only where something is wrong. */
import type { ReactNode } from 'react';
import type { Answer } from '../api/client.ts';
import { numberText, shareText } from '../format.ts';
import { linkTo } from '../route.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';

type Source = Answer<'status'>['sources'][number];

const shareOf = ({ lines, decoded }: Source): number => (lines === 0 ? 1 : decoded / lines);

/** The file's own name first, where it lies in a lighter tone. */
function SourceName({ id }: { readonly id: string }): ReactNode {
  const path = visible(id.replace(/^file:/, ''));
  const cut = path.lastIndexOf('/') + 1;
  return (
    <>
      {path.slice(cut)} <span className="source-folder soft">{path.slice(0, cut)}</span>
    </>
  );
}

/** The share; of a log file, a way to the lines that nothing could read; elsewhere, why there is none. */
function Understood({ source }: { readonly source: Source }): ReactNode {
  const { t, language } = useWords();
  if (source.lines === 0) return t('none');
  const share = shareText(shareOf(source), language);
  if (source.decoded === source.lines) return share;
  if (!source.id.startsWith('file:'))
    return (
      <>
        {share}
        <span className="why soft">{t('sources.unread.nofile')}</span>
      </>
    );
  const query = new URLSearchParams({ q: 'not @timestamp:*', range: 'all', source: source.id });
  return (
    <a href={linkTo('search', null, query)} title={t('sources.unread')}>
      {share} <span className="hidden">{t('sources.unread')}</span>
    </a>
  );
}

/** The table; `brief` leaves figures out. */
export function SourceTable(props: { readonly sources: readonly Source[]; readonly brief?: boolean }): ReactNode {
  const { t, language } = useWords();
  const brief = props.brief === true;
  return (
    <table className={brief ? 'sources brief' : 'sources'}>
      <thead>
        <tr>
          <th scope="col">{t('sources.name')}</th>
          <th scope="col">{t('sources.state')}</th>
          {!brief && (
            <th scope="col" className="number">
              {t('sources.lag')}
            </th>
          )}
          <th scope="col" className="number">
            {t('sources.lines')}
          </th>
          {!brief && (
            <th scope="col" className="number">
              {t('sources.decoded')}
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {props.sources.map((source) => (
          <tr key={source.id}>
            <th scope="row" className="mono">
              <SourceName id={source.id} />
            </th>
            <td className={source.state === 'lost' ? 'bad' : undefined}>
              {t(`sources.state.${source.state}`)}
              {source.problem !== null && <span className="why">{visible(source.problem)}</span>}
            </td>
            {!brief && (
              <td className="number" data-name={t('sources.lag')}>
                {source.lag === 0 ? t('sources.caught') : numberText(source.lag, language)}
              </td>
            )}
            <td className="number" data-name={t('sources.lines')}>
              {numberText(source.lines, language)}
            </td>
            {!brief && (
              <td className="number" data-name={t('sources.decoded')}>
                <Understood source={source} />
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
