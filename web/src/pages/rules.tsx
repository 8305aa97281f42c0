/** Rules: those in use, what each does and how often it spoke; ATT&CK coverage; a bench to write one. */
import { type ReactNode, useMemo, useRef } from 'react';
import { call } from '../api/client.ts';
import { useData } from '../api/use-data.ts';
import { useKeys } from '../keys.ts';
import { RULE_SORTS, type Rule, RuleTable, sortedRules } from '../parts/rules/rule-table.tsx';
import { Empty, FaultBox, Skeleton } from '../parts/small.tsx';
import { go, linkTo, type Place, withQuery } from '../route.ts';
import { visible } from '../visible-text.ts';
import { useWords } from '../words/words.ts';
import { CoverageView } from './rules/coverage.tsx';
import { RuleDetail } from './rules/detail.tsx';
import { RuleEditor } from './rules/editor.tsx';

function passes(rule: Rule, words: readonly string[]): boolean {
  const text = `${rule.title} ${rule.name ?? ''} ${rule.path} ${rule.tags.join(' ')}`.toLowerCase();
  return words.every((word) => text.includes(word));
}

const VIEWS = { list: null, coverage: 'coverage', write: 'editor' } as const;

/** The page. */
export function RulesPage({ place }: { readonly place: Place }): ReactNode {
  const { t } = useWords();
  const at =
    place.item === null ? 'list' : place.item === 'coverage' ? 'coverage' : place.item === 'editor' ? 'write' : null;
  return (
    <>
      <nav className="tabs" aria-label={t('rules.title')}>
        {(['list', 'coverage', 'write'] as const).map((view) => (
          <a key={view} href={linkTo('rules', VIEWS[view])} aria-current={view === at ? 'page' : undefined}>
            {t(`rules.${view}`)}
          </a>
        ))}
      </nav>
      {at === 'coverage' ? (
        <CoverageView />
      ) : at === 'write' ? (
        <RuleEditor place={place} />
      ) : at === 'list' ? (
        <RuleList place={place} />
      ) : (
        <RuleDetail key={place.item} id={place.item ?? ''} />
      )}
    </>
  );
}

function RuleList({ place }: { readonly place: Place }): ReactNode {
  const { t } = useWords();
  const input = useRef<HTMLInputElement>(null);
  const rules = useData('rules', (signal) => call('rules', {}, signal));
  // Measured when first asked for: the list need not wait for it.
  const measured = useData(rules.data === null ? null : 'rule costs', (signal) => call('ruleCosts', {}, signal));
  const costs = useMemo(
    () => (measured.data === null ? null : new Map(measured.data.items.map(({ id, micros }) => [id, micros]))),
    [measured.data],
  );
  useKeys({ '/': () => input.current?.focus() });
  const q = place.query.get('q') ?? '';
  const spoken = place.query.get('spoken') === '1';
  const change = (changes: Readonly<Record<string, string | null>>): void =>
    go(linkTo('rules', null, withQuery(place.query, changes)), true);
  const words = q
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const by = RULE_SORTS.find((each) => each === place.query.get('sort')) ?? 'hits';
  const items = sortedRules(
    (rules.data?.items ?? []).filter((rule) => (!spoken || rule.hits > 0) && passes(rule, words)),
    by,
    costs,
  );
  return (
    <>
      <h1>{rules.data === null ? t('rules.title') : t('rules.sentence', { n: rules.data.items.length })}</h1>
      {rules.data !== null && rules.data.problems.length > 0 && (
        <details className="problems">
          <summary>{t('rules.faults', { n: rules.data.problems.length })}</summary>
          <ul>
            {rules.data.problems.map((fault) => (
              <li key={`${fault.path} ${fault.message}`}>
                <span className="mono">{visible(fault.path)}</span> {visible(fault.message)}
              </li>
            ))}
          </ul>
        </details>
      )}
      <search>
        <form className="filters" onSubmit={(event) => event.preventDefault()}>
          <input
            type="search"
            ref={input}
            value={q}
            placeholder={t('rules.search')}
            aria-label={t('rules.search')}
            onChange={(event) => change({ q: event.target.value })}
          />
          <button
            type="button"
            aria-pressed={spoken}
            className="chip"
            onClick={() => change({ spoken: spoken ? null : '1' })}
          >
            {t('rules.quiet')}
          </button>
        </form>
      </search>
      {measured.fault !== null && <p className="soft">{t('rules.cost.failed')}</p>}
      {rules.fault !== null && <FaultBox fault={rules.fault} again={rules.reload} />}
      {rules.data === null ? (
        rules.fault === null && <Skeleton rows={10} />
      ) : items.length === 0 ? (
        <Empty>{t('rules.nothing')}</Empty>
      ) : (
        <RuleTable
          rules={items}
          costs={costs}
          by={by}
          sort={(next) => change({ sort: next === 'hits' ? null : next })}
        />
      )}
    </>
  );
}
