/** The search language by example: each is a search to be tried. */
import type { ReactNode } from 'react';
import { linkTo } from '../../route.ts';
import type { WordKey } from '../../words/en.ts';
import { useWords } from '../../words/words.ts';

const EXAMPLES: readonly (readonly [string, WordKey])[] = [
  ['source.ip:203.0.113.0/24 and http.response.status_code>=400', 'search.example.ip'],
  ['user.name:(root or admin) and event.outcome:failure', 'search.example.user'],
  ['"Failed password" invalid', 'search.example.text'],
  ['event.category:authentication event.outcome:success not source.ip:192.0.2.0/24', 'search.example.not'],
  ['url.original:*.php?*', 'search.example.wild'],
];
const PARTS: readonly (readonly [string, WordKey])[] = [
  ['invalid  fail*', 'search.language.word'],
  ['"Failed password"', 'search.language.quoted'],
  ['user.name:(root or admin)', 'search.language.field'],
  ['source.ip:203.0.113.0/24', 'search.language.network'],
  ['http.response.status_code>=400', 'search.language.number'],
  ['url.original:*', 'search.language.exists'],
  ['(a or b) and not c', 'search.language.logic'],
];

/** Examples to begin with. */
export function Examples(): ReactNode {
  const { t } = useWords();
  return (
    <section>
      <h2>{t('search.examples')}</h2>
      <ul className="examples">
        {EXAMPLES.map(([query, what]) => (
          <li key={query}>
            <a className="mono" href={linkTo('search', null, new URLSearchParams({ q: query }))}>
              {query}
            </a>
            <span className="soft">{t(what)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The whole language in seven lines. */
export function LanguageHelp(): ReactNode {
  const { t } = useWords();
  return (
    <details className="query-help">
      <summary>{t('search.language')}</summary>
      <dl className="examples">
        {PARTS.map(([part, what]) => (
          <div key={part}>
            <dt className="mono">{part}</dt>
            <dd className="soft">{t(what)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
