/** Who did what, newest first. */
import { type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import { spanText } from '../../format.ts';
import { More, useMore } from '../../parts/more.tsx';
import { Ago, Empty, FaultBox, Skeleton } from '../../parts/small.tsx';
import { linkTo } from '../../route.ts';
import type { Language } from '../../settings.ts';
import { visible } from '../../visible-text.ts';
import { auditEn } from '../../words/audit.ts';
import { useWords } from '../../words/words.ts';

/** The list. */
export function AuditTab(): ReactNode {
  const { t, language } = useWords();
  const [who, setWho] = useState('');
  const [action, setAction] = useState('');
  const query = { limit: 100, ...(who === '' ? {} : { who }), ...(action === '' ? {} : { action }) };
  const list = useMore(`audit ${who} ${action}`, (cursor, signal) =>
    call('audit', { query: { ...query, ...(cursor === null ? {} : { cursor }) } }, signal),
  );
  return (
    <>
      <search className="filters">
        <input
          type="search"
          aria-label={t('audit.filter')}
          placeholder={t('audit.filter')}
          maxLength={100}
          value={who}
          onChange={(event) => setWho(event.target.value.trim())}
        />
        <input
          type="search"
          aria-label={t('audit.action')}
          placeholder={t('audit.action')}
          maxLength={100}
          value={action}
          onChange={(event) => setAction(event.target.value.trim())}
        />
      </search>
      {list.fault !== null && <FaultBox fault={list.fault} again={list.reload} />}
      {list.items === null ? (
        list.fault === null && <Skeleton rows={8} />
      ) : list.items.length === 0 ? (
        <Empty>{t(who === '' && action === '' ? 'audit.empty' : 'alerts.nothing')}</Empty>
      ) : (
        <table className="wide audit">
          <thead>
            <tr>
              <th scope="col">{t('chart.time')}</th>
              <th scope="col">{t('audit.who')}</th>
              <th scope="col">{t('audit.what')}</th>
              <th scope="col">{t('audit.on')}</th>
            </tr>
          </thead>
          <tbody>
            {list.items.map((entry) => (
              <tr key={entry.id}>
                <td className="stamp">
                  <Ago at={entry.at} />
                </td>
                <td>
                  <Actor who={entry.who} /> <span className="soft mono why">{visible(entry.address ?? '')}</span>
                </td>
                <td>
                  <Act action={entry.action} /> {!entry.ok && <span className="bad">{t('audit.failed')}</span>}
                </td>
                <td className="reason">
                  <span className="mono">{entry.target === LINK ? '' : visible(entry.target)}</span>
                  <span className="soft why">{visible(withSpan(entry.detail, language))}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <More list={list} />
    </>
  );
}

/** Who came by a link instead of a name. */
const LINK = '(link)';

function Actor({ who }: { readonly who: string }): ReactNode {
  const { t } = useWords();
  const rule = /^rule:(.+)$/.exec(who)?.[1];
  if (rule !== undefined) return <a href={linkTo('rules', rule)}>{t('audit.by.rule')}</a>;
  return who === LINK ? t('audit.by.link') : visible(who);
}

/** What was done in words, and by its name in the record, which is what the filter looks for. */
function Act({ action }: { readonly action: string }): ReactNode {
  const { t } = useWords();
  const key = `audit.do.${action}`;
  if (!Object.hasOwn(auditEn, key)) return visible(action);
  return (
    <>
      {t(key as keyof typeof auditEn)} <span className="soft mono why">{action}</span>
    </>
  );
}

/** The record writes how long a ban lasts as `600 s; `. */
function withSpan(detail: string, language: Language): string {
  return detail.replace(/^(\d+) s; /, (_, seconds: string) => `${spanText(Number(seconds), language)}; `);
}
