/** Rules as a table that can be sorted by each of its figures. */
import type { ReactNode } from 'react';
import type { Answer } from '../../api/client.ts';
import { exactNumberText, numberText } from '../../format.ts';
import { linkTo } from '../../route.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { Ago, LEVELS, LevelMark } from '../small.tsx';

/** A rule in use. */
export type Rule = Answer<'rules'>['items'][number];
/** Microseconds of one event by id; null while they are not known. */
export type Costs = ReadonlyMap<string, number> | null;

/** What a table can be sorted by. */
export const RULE_SORTS = ['name', 'level', 'cost', 'hits', 'last'] as const;
/** One of them. */
export type RuleSort = (typeof RULE_SORTS)[number];

/** In order: names upwards, figures downwards; unknown ones last. */
export function sortedRules(rules: readonly Rule[], by: RuleSort, costs: Costs): Rule[] {
  const figure = (rule: Rule): number => {
    if (by === 'level') return LEVELS.indexOf(rule.level);
    if (by === 'cost') return costs?.get(rule.id) ?? -1;
    if (by === 'hits') return rule.hits;
    return by === 'last' ? (rule.lastHitAt ?? -1) : 0;
  };
  return rules.toSorted((a, b) => figure(b) - figure(a) || a.title.localeCompare(b.title));
}

/** The table. */
export function RuleTable(props: {
  readonly rules: readonly Rule[];
  readonly costs: Costs;
  readonly by: RuleSort;
  readonly sort: (by: RuleSort) => void;
}): ReactNode {
  const { t, language } = useWords();
  const { rules, costs, by } = props;
  const head = (name: RuleSort, className?: string): ReactNode => (
    <th
      scope="col"
      className={className}
      aria-sort={by === name ? (name === 'name' ? 'ascending' : 'descending') : undefined}
      title={name === 'cost' ? t('rules.cost.what') : undefined}
    >
      <button type="button" className="sorter" onClick={() => props.sort(name)}>
        {t(`rules.${name}`)}
        <span aria-hidden="true">{by === name ? (name === 'name' ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>
  );
  return (
    <table className="wide">
      <thead>
        <tr>
          {head('name')}
          {head('level')}
          <th scope="col" className="wide-only">
            {t('rules.action')}
          </th>
          {head('cost', 'number cost wide-only')}
          {head('hits', 'number')}
          {head('last', 'number wide-only')}
        </tr>
      </thead>
      <tbody>
        {rules.map((rule) => (
          <tr key={rule.id}>
            <th scope="row" className="reason">
              <a href={linkTo('rules', rule.id)}>{visible(rule.title)}</a>
            </th>
            <td>
              <LevelMark level={rule.level} />
            </td>
            <td className="wide-only whole">
              {rule.evidence ? t('rules.evidence') : t(`rules.action.${rule.action}`)}
            </td>
            <td className="number cost wide-only">
              <Cost costs={costs} id={rule.id} />
            </td>
            <td className="number">
              {rule.hits > 0 ? (
                <a href={linkTo('alerts', null, new URLSearchParams({ rule: rule.id }))}>
                  {numberText(rule.hits, language)}
                </a>
              ) : (
                numberText(0, language)
              )}
            </td>
            <td className="number wide-only">
              {rule.lastHitAt === null ? t('rules.never') : <Ago at={rule.lastHitAt} />}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What one rule costs; an ellipsis while it is measured. */
export function Cost({ costs, id }: { readonly costs: Costs; readonly id: string }): ReactNode {
  const { t, language } = useWords();
  if (costs === null) return <span className="soft">…</span>;
  const micros = costs.get(id);
  if (micros === undefined)
    return (
      <span className="soft" title={t('rules.cost.none')}>
        {t('none')}
      </span>
    );
  return t('rules.cost.unit', { n: exactNumberText(micros, 2, language) });
}
