/** Who did what, newest first. */
import { type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import { More, useMore } from '../../parts/more.tsx';
import { Ago, Empty, FaultBox, Skeleton } from '../../parts/small.tsx';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';

/** The list. */
export function AuditTab(): ReactNode {
  const { t } = useWords();
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
                  {visible(entry.who)} <span className="soft mono why">{visible(entry.address ?? '')}</span>
                </td>
                <td>
                  {visible(entry.action)} {!entry.ok && <span className="bad">{t('audit.failed')}</span>}
                </td>
                <td className="reason">
                  <span className="mono">{visible(entry.target)}</span>
                  <span className="soft why">{visible(entry.detail)}</span>
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
