/** Tokens for programs: made, shown once, revoked. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { call } from '../../api/client.ts';
import { useData } from '../../api/use-data.ts';
import { exactText } from '../../format.ts';
import { Copy } from '../../parts/log-line.tsx';
import { Ago, Empty, FaultBox, Skeleton } from '../../parts/small.tsx';
import { tellDone, tellFault } from '../../parts/toasts.tsx';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { RoleSelect } from './people.tsx';

const SPANS = { '30d': 30, '1y': 365 } as const;

/** The tab. */
export function TokensTab(): ReactNode {
  const { t, language } = useWords();
  const tokens = useData('tokens', (signal) => call('tokens', {}, signal));
  const [secret, setSecret] = useState<string | null>(null);
  const revoke = (id: string): void =>
    void call('deleteToken', { params: { id } }).then(() => {
      tellDone('tokens.revoked', {});
      tokens.reload();
    }, tellFault);
  return (
    <>
      <p className="soft">{t('tokens.what')}</p>
      <AddToken
        added={(text) => {
          setSecret(text);
          tokens.reload();
        }}
      />
      {secret !== null && (
        <div className="shown-once" role="status">
          <p>{t('tokens.shown')}</p>
          <code className="line">{secret}</code>
          <Copy text={secret} label={t('tokens.copy')} />
        </div>
      )}
      {tokens.fault !== null && <FaultBox fault={tokens.fault} again={tokens.reload} />}
      {tokens.data === null ? (
        tokens.fault === null && <Skeleton rows={3} />
      ) : tokens.data.items.length === 0 ? (
        <Empty>{t('tokens.empty')}</Empty>
      ) : (
        <ul className="lines">
          {tokens.data.items.map((token) => (
            <li key={token.id}>
              <strong>{visible(token.name)}</strong>
              <span>
                {token.role} ·{' '}
                {token.scopes
                  .map((scope) => t(scope === 'bouncer' ? 'tokens.for.bouncer' : 'tokens.for.api'))
                  .join(', ')}
              </span>
              <span className="soft">
                {t('tokens.used')}: {token.lastUsedAt === null ? t('people.never') : <Ago at={token.lastUsedAt} />}
              </span>
              {token.expiresAt !== null && (
                <span className="soft">{t('allow.until', { time: exactText(token.expiresAt, language) })}</span>
              )}
              <button type="button" onClick={() => revoke(token.id)}>
                {t('tokens.revoke')}
              </button>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

function AddToken({ added }: { readonly added: (secret: string) => void }): ReactNode {
  const { t } = useWords();
  const [role, setRole] = useState<'viewer' | 'operator' | 'admin'>('viewer');
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const scope = data.get('scope') === 'bouncer' ? ('bouncer' as const) : ('api' as const);
    const days = Number(data.get('days'));
    const expiresAt = days > 0 ? Date.now() + days * 86_400_000 : null;
    call('addToken', { body: { name: String(data.get('name')), role, scopes: [scope], expiresAt } }).then((answer) => {
      form.reset();
      added(answer.secret);
    }, tellFault);
  };
  return (
    <details className="ban-form">
      <summary>{t('tokens.add')}</summary>
      <form onSubmit={submit}>
        <label>
          {t('tokens.name')}
          <input name="name" required maxLength={64} autoComplete="off" />
        </label>
        <div className="buttons">
          <select name="scope" aria-label={t('tokens.for')}>
            <option value="bouncer">{t('tokens.for.bouncer')}</option>
            <option value="api">{t('tokens.for.api')}</option>
          </select>
          <RoleSelect value={role} change={setRole} label={t('people.role')} />
          <select name="days" aria-label={t('tokens.until')}>
            <option value="0">{t('tokens.forever')}</option>
            <option value={SPANS['30d']}>{t('time.30d')}</option>
            <option value={SPANS['1y']}>{t('time.1y')}</option>
          </select>
          <button type="submit" className="main">
            {t('tokens.add')}
          </button>
        </div>
      </form>
    </details>
  );
}
