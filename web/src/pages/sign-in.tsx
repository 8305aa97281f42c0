/** The door: the one-time link of `bekci open`, or name, password and the code of the second factor. */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { ApiFault, call } from '../api/client.ts';
import type { Me } from '../me.ts';
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
  const [needsCode, setNeedsCode] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const sent = useRef(false);

  const failed = (error: unknown, login: WordKey): void => {
    setBusy(false);
    const code = error instanceof ApiFault ? error.code : 'PAGE';
    const key = code === 'API_LOGIN' ? login : WORDS[code];
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

  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const code = String(form.get('code') ?? '').trim();
    const body = { name: String(form.get('name')), password: String(form.get('password')) };
    setBusy(true);
    setFault(null);
    call('login', { body: code === '' ? body : { ...body, code } })
      .then(done)
      .catch((error: unknown) => {
        if (!(error instanceof ApiFault && error.code === 'API_SECOND_FACTOR'))
          return failed(error, code === '' ? 'sign.wrong' : 'sign.badcode');
        setBusy(false);
        setNeedsCode(true);
      });
  };

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
        <form onSubmit={submit}>
          <label>
            {t('sign.name')}
            <input name="name" autoComplete="username" autoCapitalize="none" required maxLength={64} />
          </label>
          <label>
            {t('sign.password')}
            <input name="password" type="password" autoComplete="current-password" required maxLength={512} />
          </label>
          {needsCode && (
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
          <button type="submit" className="main" disabled={busy}>
            {t('sign.submit')}
          </button>
        </form>
      )}
      <button type="button" className="quiet" onClick={() => setLanguage(language === 'tr' ? 'en' : 'tr')}>
        {t('rail.language')}
      </button>
    </main>
  );
}
