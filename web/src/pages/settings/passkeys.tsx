/** One's own passkeys: making, seeing and removing them. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { type Answer, ApiFault, call } from '../../api/client.ts';
import { useData } from '../../api/use-data.ts';
import { Ago, FaultBox, Skeleton } from '../../parts/small.tsx';
import { tellDone, tellFault } from '../../parts/toasts.tsx';
import { makePasskey, passkeyFault, passkeyHindrance } from '../../passkeys.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';

type Passkey = Answer<'passkeys'>['items'][number];

function tellWrong(error: unknown): void {
  const key = passkeyFault(error);
  if (key !== null) tellDone(key, {}, { bad: true });
  else if (error instanceof ApiFault && error.code === 'API_LOGIN')
    tellDone('account.password.wrong', {}, { bad: true });
  else tellFault(error);
}

/** The section of the account. */
export function PasskeySection(): ReactNode {
  const { t } = useWords();
  const keys = useData('passkeys', (signal) => call('passkeys', {}, signal));
  const hindrance = passkeyHindrance();
  return (
    <section>
      <h2>{t('passkey.title')}</h2>
      <p className="soft">{t('passkey.what')}</p>
      {keys.fault !== null && <FaultBox fault={keys.fault} again={keys.reload} />}
      {keys.data === null ? (
        keys.fault === null && <Skeleton rows={1} />
      ) : keys.data.items.length === 0 ? (
        <p>{t('passkey.none')}</p>
      ) : (
        <ul className="lines passkeys">
          {keys.data.items.map((each) => (
            <PasskeyLine key={each.id} passkey={each} removed={keys.reload} />
          ))}
        </ul>
      )}
      {hindrance === null ? <MakePasskey made={keys.reload} /> : <p className="hindrance">{t(hindrance)}</p>}
    </section>
  );
}

function PasskeyLine({ passkey, removed }: { readonly passkey: Passkey; readonly removed: () => void }): ReactNode {
  const { t } = useWords();
  const { id, rp, synced, createdAt, lastUsedAt } = passkey;
  const name = visible(passkey.name);
  const [sure, setSure] = useState(false);
  const remove = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const password = String(new FormData(event.currentTarget).get('password'));
    call('removePasskey', { params: { id }, body: { password } }).then(() => {
      tellDone('passkey.removed', { name });
      removed();
    }, tellWrong);
  };
  return (
    <li>
      <strong>{name}</strong>
      <span className="soft">{t('passkey.for', { name: rp })}</span>
      {synced && <span className="soft">{t('passkey.synced')}</span>}
      <span className="soft">
        {t('passkey.since')} <Ago at={createdAt} />
      </span>
      {lastUsedAt !== null && (
        <span className="soft">
          {t('passkey.used')} <Ago at={lastUsedAt} />
        </span>
      )}
      {sure ? (
        <form className="joined-form" onSubmit={remove}>
          <input
            name="password"
            type="password"
            required
            maxLength={512}
            autoComplete="current-password"
            placeholder={t('account.password.old')}
            aria-label={t('passkey.remove.sure', { name })}
            ref={(input) => input?.focus()}
          />
          <button type="submit">{t('passkey.remove')}</button>
        </form>
      ) : (
        <button type="button" aria-label={t('passkey.remove.which', { name })} onClick={() => setSure(true)}>
          {t('passkey.remove')}
        </button>
      )}
    </li>
  );
}

function MakePasskey({ made }: { readonly made: () => void }): ReactNode {
  const { t } = useWords();
  const [busy, setBusy] = useState(false);
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const name = String(data.get('name'));
    setBusy(true);
    makePasskey(name, String(data.get('password')))
      .then(() => {
        form.reset();
        tellDone('passkey.made', { name: visible(name) });
        made();
      }, tellWrong)
      .finally(() => setBusy(false));
  };
  return (
    <form className="narrow-form" onSubmit={submit}>
      <label>
        {t('passkey.name')} <span className="soft">({t('passkey.name.hint')})</span>
        <input name="name" required maxLength={64} autoComplete="off" />
      </label>
      <label>
        {t('account.password.old')}
        <input name="password" type="password" required maxLength={512} autoComplete="current-password" />
      </label>
      <button type="submit" disabled={busy}>
        {t('passkey.make')}
      </button>
      {busy && <p role="status">{t('passkey.asking')}</p>}
    </form>
  );
}
