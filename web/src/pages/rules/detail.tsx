/** One rule: what it is, its text, and how it is changed here. */
import type { ReactNode } from 'react';
import { call } from '../../api/client.ts';
import { useData } from '../../api/use-data.ts';
import { numberText } from '../../format.ts';
import { useIsAdmin } from '../../me.ts';
import { RuleChange } from '../../parts/rules/rule-change.tsx';
import { Cost } from '../../parts/rules/rule-table.tsx';
import { Ago, Empty, FaultBox, LevelMark, Skeleton } from '../../parts/small.tsx';
import { linkTo } from '../../route.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';

/** The rule. */
export function RuleDetail({ id }: { readonly id: string }): ReactNode {
  const { t, language } = useWords();
  const isAdmin = useIsAdmin();
  const rule = useData(`rule ${id}`, (signal) => call('rule', { params: { id } }, signal));
  const costs = useData('rule costs', (signal) => call('ruleCosts', {}, signal));
  const own = useData('own rules', (signal) => call('ownRules', {}, signal));
  if (rule.data === null || rule.fault?.code === 'API_NOT_FOUND') {
    if (rule.fault === null) return <Skeleton rows={8} />;
    if (rule.fault.code !== 'API_NOT_FOUND') return <FaultBox fault={rule.fault} again={rule.reload} />;
    return (
      <>
        <h1>{t('rules.title')}</h1>
        <Empty>{t('rule.gone')}</Empty>
        {isAdmin && <RuleChange key={id} name={id} correlation={false} reload={rule.reload} />}
      </>
    );
  }
  const shown = rule.data;
  const cost = costs.data?.items.find((each) => each.id === id);
  const mine = own.data?.items.find((each) => each.ids.includes(id));
  return (
    <article className="column">
      <h1>{visible(shown.title)}</h1>
      <div className="detail-head">
        <LevelMark level={shown.level} />
        <span>{shown.evidence ? t('rules.evidence') : t(`rules.action.${shown.action}`)}</span>
        <span className="soft">{t(`rule.kind.${shown.kind}`)}</span>
        {cost !== undefined && (
          <span className="soft" title={t('rules.cost.what')}>
            {t('rules.cost')}: <Cost costs={new Map([[id, cost.micros]])} id={id} />
          </span>
        )}
        <span className="soft">
          {t('rules.hits')}: {numberText(shown.hits, language)}
          {shown.lastHitAt !== null && (
            <>
              , <Ago at={shown.lastHitAt} />
            </>
          )}
        </span>
      </div>
      <p className="tags">
        {shown.tags.map((tag) => (
          <a key={tag} href={linkTo('rules', null, new URLSearchParams({ q: tag }))}>
            {visible(tag.replace(/^attack\./, ''))}
          </a>
        ))}
      </p>
      <div className="buttons">
        {shown.hits > 0 && (
          <a className="button" href={linkTo('alerts', null, new URLSearchParams({ rule: id }))}>
            {t('rule.alerts')}
          </a>
        )}
        <a
          className="button"
          href={linkTo('rules', 'editor', new URLSearchParams(mine === undefined ? { from: id } : { own: mine.name }))}
        >
          {t(mine === undefined ? 'rule.copy' : 'rule.edit')}
        </a>
      </div>
      {isAdmin ? (
        <RuleChange
          key={id}
          name={shown.name ?? shown.id}
          correlation={shown.kind === 'correlation'}
          reload={rule.reload}
        />
      ) : (
        <p className="soft">{t('rule.change.admin')}</p>
      )}
      <section>
        <h2>
          {t('rule.text')} <span className="soft mono rule-path">{visible(shown.path)}</span>
        </h2>
        <pre className="diff">{visible(shown.text.replaceAll('\t', '  ')).replaceAll('\\x0a', '\n')}</pre>
      </section>
    </article>
  );
}
