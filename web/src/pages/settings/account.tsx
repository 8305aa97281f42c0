/** One's own account: password, second factor, signed-in browsers. */
import { type FormEvent, type ReactNode, useContext, useState } from 'react';
import { type Answer, ApiFault, call } from '../../api/client.ts';
import { useData } from '../../api/use-data.ts';
import { MeContext } from '../../me.ts';
import { QrCode } from '../../parts/settings/qr-code.tsx';
import { Ago, FaultBox, Skeleton } from '../../parts/small.tsx';
import { tellDone, tellFault } from '../../parts/toasts.tsx';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { PasskeySection } from './passkeys.tsx';

/** The tab. */
export function AccountTab(): ReactNode {
  const { t } = useWords();
  const me = useContext(MeContext);
  const isLink = me?.user === '(link)';
  return (
    <div className="column">
      {isLink ? (
        <p>{t('account.link')}</p>
      ) : (
        <>
          <p>{t('account.who', { who: me?.user ?? '', role: t(`role.${me?.role ?? 'viewer'}`) })}</p>
          <Password />
          <SecondFactor on={me?.totp === true} />
          <PasskeySection />
        </>
      )}
      <Sessions />
    </div>
  );
}

function tellWrong(error: unknown): void {
  if (error instanceof ApiFault && error.code === 'API_LOGIN') tellDone('account.password.wrong', {}, { bad: true });
  else tellFault(error);
}

function Password(): ReactNode {
  const { t } = useWords();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    call('changePassword', { body: { old: String(data.get('old')), new: String(data.get('new')) } }).then(() => {
      form.reset();
      tellDone('account.password.done', {});
    }, tellWrong);
  };
  return (
    <section>
      <h2>{t('account.password')}</h2>
      <form className="narrow-form" onSubmit={submit}>
        <label>
          {t('account.password.old')}
          <input name="old" type="password" required maxLength={512} autoComplete="current-password" />
        </label>
        <label>
          {t('account.password.new')}
          <input name="new" type="password" required minLength={10} maxLength={512} autoComplete="new-password" />
        </label>
        <button type="submit">{t('account.password.change')}</button>
      </form>
    </section>
  );
}

function SecondFactor(props: { readonly on: boolean }): ReactNode {
  const { t } = useWords();
  const [on, setOn] = useState(props.on);
  const [key, setKey] = useState<Answer<'beginTotp'> | null>(null);
  const begin = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const password = String(new FormData(form).get('password'));
    const done = (): void => form.reset();
    if (on) {
      call('endTotp', { body: { password } })
        .then(() => setOn(false))
        .then(done, tellWrong);
    } else call('beginTotp', { body: { password } }).then(setKey).then(done, tellWrong);
  };
  const confirm = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const code = String(new FormData(event.currentTarget).get('code')).trim();
    call('confirmTotp', { body: { code } }).then(
      () => {
        setKey(null);
        setOn(true);
      },
      (error: unknown) =>
        error instanceof ApiFault && error.code === 'API_CONFLICT'
          ? tellDone('account.totp.wrong', {}, { bad: true })
          : tellFault(error),
    );
  };
  return (
    <section>
      <h2>{t('account.totp')}</h2>
      <p className={on ? undefined : 'soft'}>{t(on ? 'account.totp.on' : 'account.totp.off')}</p>
      {key === null ? (
        <form className="narrow-form" onSubmit={begin}>
          <label>
            {t('account.password.old')}
            <input name="password" type="password" required maxLength={512} autoComplete="current-password" />
          </label>
          <button type="submit">{t(on ? 'account.totp.end' : 'account.totp.begin')}</button>
        </form>
      ) : (
        <form className="narrow-form" onSubmit={confirm}>
          <p>{t('account.totp.scan')}</p>
          <QrCode text={key.uri} label={t('account.totp.qr')} />
          <p>
            {t('account.totp.key')}:{' '}
            <a href={key.uri} className="mono totp-key">
              {key.secret.replace(/.{4}(?=.)/g, '$& ')}
            </a>
          </p>
          <label>
            {t('account.totp.code')}
            <input
              name="code"
              inputMode="numeric"
              pattern="\d{6}"
              required
              autoComplete="one-time-code"
              ref={(input) => input?.focus()}
            />
          </label>
          <button type="submit" className="main">
            {t('account.totp.confirm')}
          </button>
        </form>
      )}
    </section>
  );
}

function Sessions(): ReactNode {
  const { t } = useWords();
  const sessions = useData('sessions', (signal) => call('sessions', {}, signal));
  const end = (id: string): void =>
    void call('endSession', { params: { id } }).then(() => sessions.reload(), tellFault);
  return (
    <section>
      <h2>{t('account.sessions')}</h2>
      {sessions.fault !== null && <FaultBox fault={sessions.fault} again={sessions.reload} />}
      {sessions.data === null ? (
        sessions.fault === null && <Skeleton rows={2} />
      ) : (
        <ul className="lines">
          {sessions.data.items.map((each) => (
            <li key={each.id}>
              <strong>{visible(each.user)}</strong>
              <span className="mono">{visible(each.address)}</span>
              <span className="soft agent">{visible(each.agent)}</span>
              <span className="soft">
                {t('account.session.seen')} <Ago at={each.seenAt} />
              </span>
              {each.current ? (
                <span>{t('account.session.this')}</span>
              ) : (
                <button type="button" onClick={() => end(each.id)}>
                  {t('account.session.end')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
