/** ATT&CK techniques by tactic, with the rules that name them. */
import type { ReactNode } from 'react';
import { type Answer, call } from '../../api/client.ts';
import { useData } from '../../api/use-data.ts';
import { FaultBox, Skeleton } from '../../parts/small.tsx';
import { linkTo } from '../../route.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';

type Technique = Answer<'ruleCoverage'>['items'][number];
/** In the order of the matrix. */
const TACTICS = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
] as const;

const tacticOf = (tag: string): string => tag.replace(/^attack\./, '').replaceAll('_', '-');

/** The matrix. */
export function CoverageView(): ReactNode {
  const { t } = useWords();
  const coverage = useData('coverage', (signal) => call('ruleCoverage', {}, signal));
  if (coverage.data === null)
    return coverage.fault === null ? (
      <Skeleton rows={8} />
    ) : (
      <FaultBox fault={coverage.fault} again={coverage.reload} />
    );
  const { items } = coverage.data;
  const known = new Set<string>(TACTICS);
  const rest = items.filter((each) => !each.tactics.some((tag) => known.has(tacticOf(tag))));
  return (
    <>
      <h1>{t('rules.coverage.sentence', { n: items.length })}</h1>
      <p className="soft column">{t('rules.coverage.what')}</p>
      <div className="matrix">
        {TACTICS.map((tactic) => {
          const mine = items.filter((each) => each.tactics.some((tag) => tacticOf(tag) === tactic));
          return <Column key={tactic} title={t(`tactic.${tactic}`)} items={mine} />;
        })}
        {rest.length > 0 && <Column title={t('rules.other')} items={rest} />}
      </div>
    </>
  );
}

function Column({ title, items }: { readonly title: string; readonly items: readonly Technique[] }): ReactNode {
  const { t } = useWords();
  return (
    <section className={items.length === 0 ? 'tactic empty-tactic' : 'tactic'}>
      <h2>{title}</h2>
      {items.length === 0 ? (
        <p className="soft">{t('none')}</p>
      ) : (
        <ul>
          {items.map((each) => (
            <li key={each.technique} className={each.hits > 0 ? 'technique spoke' : 'technique'}>
              <a href={linkTo('rules', null, new URLSearchParams({ q: each.technique }))}>
                <span className="mono">{visible(each.technique.replace(/^attack\./, '').toUpperCase())}</span>{' '}
                <span className="soft">
                  {t('rules.coverage.rules', { n: each.rules.length })}
                  {each.hits > 0 && `, ${t('rules.coverage.hits', { n: each.hits })}`}
                </span>
                {each.name !== null && <span className="why">{each.name}</span>}
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
