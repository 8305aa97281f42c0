/** The door: the one-time link of `bekci open`, a passkey, or name, password and a second factor. */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { ApiFault, call } from '../api/client.ts';
import type { Me } from '../me.ts';
import { passkeyFault, passkeyHindrance, signInByPasskey } from '../passkeys.ts';
import { go } from '../route.ts';
import { setLanguage } from '../settings.ts';
import { visible } from '../visible-text.ts';
import type { WordKey } from '../words/en.ts';
import { useWords } from '../words/words.ts';

/** The token of `#/link/TOKEN` or `#link=TOKEN`; in the fragment, so that no server or proxy log has it. */
function linkToken(): string | null {
  return /^#\/?(?:link|open|sign-in)[/=]([\w.~-]{20,200})$/.exec(location.hash)?.[1] ?? null;
}

const WORDS: Readonly<Record<string, WordKey>> = {
  OFFLINE: 'fault.offline',
  API_THROTTLED: 'sign.throttled',
};

/** The page. */
export function SignIn({ me, done }: { readonly me: Me; readonly done: (me: Me) => void }): ReactNode {
  const { t, language } = useWords();
  const [token] = useState(linkToken);
  const [busy, setBusy] = useState(token !== null);
  const [factors, setFactors] = useState<readonly string[]>([]);
  const [asking, setAsking] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const [fault, setFault] = useState<string | null>(null);
  const sent = useRef(false);

  const failed = (error: unknown, login: WordKey): void => {
    setBusy(false);
    const code = error instanceof ApiFault ? error.code : 'PAGE';
    const key = code === 'API_LOGIN' ? login : (WORDS[code] ?? passkeyFault(error) ?? undefined);
    setFault(key === undefined ? visible(error instanceof Error ? error.message : String(error)) : t(key));
  };

  useEffect(() => {
    if (token === null || sent.current) return;
    sent.current = true;
    go('#/now', true);
    call('link', { body: { token } })
      .then(done)
      .catch((error: unknown) => failed(error, 'sign.badlink'));
  });

  const passkey = (who: { readonly name?: string; readonly password?: string }): void => {
    const hindrance = passkeyHindrance();
    setFault(hindrance === null ? null : t(hindrance));
    setBusy(hindrance === null);
    if (hindrance !== null) return;
    setAsking(true);
    signInByPasskey(who)
      .then(done)
      .catch((error: unknown) => failed(error, 'passkey.wrong'))
      .finally(() => setAsking(false));
  };

  const typed = (): { code: string; name: string; password: string } => {
    const data = new FormData(form.current ?? undefined);
    const text = (name: string): string => String(data.get(name) ?? '');
    return { code: text('code').trim(), name: text('name'), password: text('password') };
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const { code, ...body } = typed();
    setBusy(true);
    setFault(null);
    call('login', { body: code === '' ? body : { ...body, code } })
      .then(done)
      .catch((error: unknown) => {
        if (!(error instanceof ApiFault && error.code === 'API_SECOND_FACTOR'))
          return failed(error, code === '' ? 'sign.wrong' : 'sign.badcode');
        setBusy(false);
        setFactors(error.factors);
        if (!error.factors.includes('totp')) passkey(body);
      });
  };
  const offered = factors.includes('passkey');

  return (
    <main className="door">
      <h1>Bekçi</h1>
      <h2>{t('sign.title')}</h2>
      {busy && token !== null && !sent.current && <p>{t('sign.linking')}</p>}
      {fault !== null && (
        <p className="door-fault" role="alert">
          {fault}
        </p>
      )}
      <p>{t('sign.link')}</p>
      {me.hasUsers && (
        <form onSubmit={submit} ref={form}>
          <label>
            {t('sign.name')}
            <input name="name" autoComplete="username" autoCapitalize="none" required maxLength={64} />
          </label>
          <label>
            {t('sign.password')}
            <input name="password" type="password" autoComplete="current-password" required maxLength={512} />
          </label>
          {factors.includes('totp') && (
            <label>
              {t('sign.code')}
              <input
                name="code"
                inputMode="numeric"
                pattern="\d{6}"
                autoComplete="one-time-code"
                required
                ref={(input) => input?.focus()}
              />
            </label>
          )}
          {offered && <p>{t('passkey.needed')}</p>}
          <div className="buttons">
            <button type="submit" className="main" disabled={busy}>
              {t('sign.submit')}
            </button>
            {offered && (
              <button
                type="button"
                disabled={busy}
                onClick={() => passkey({ name: typed().name, password: typed().password })}
              >
                {t('passkey.use.second')}
              </button>
            )}
          </div>
        </form>
      )}
      {asking && <p role="status">{t('passkey.asking')}</p>}
      {me.hasPasskeys && !offered && passkeyHindrance() === null && (
        <p>
          <button type="button" disabled={busy} onClick={() => passkey({})}>
            {t('passkey.use')}
          </button>
        </p>
      )}
      <button type="button" className="quiet" onClick={() => setLanguage(language === 'tr' ? 'en' : 'tr')}>
        {t('rail.language')}
      </button>
    </main>
  );
}
