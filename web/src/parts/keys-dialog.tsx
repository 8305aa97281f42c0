/** All keys, in a dialog of the browser's own: it keeps the focus and closes on Escape. */
import { type ReactNode, useEffect, useRef } from 'react';
import type { WordKey } from '../words/en.ts';
import { useWords } from '../words/words.ts';

const KEYS: readonly (readonly [string, WordKey])[] = [
  ['j k', 'keys.jk'],
  ['Enter', 'keys.enter'],
  ['x', 'keys.x'],
  ['a', 'keys.a'],
  ['b', 'keys.b'],
  ['u', 'keys.u'],
  ['m', 'keys.m'],
  ['n', 'keys.n'],
  ['z', 'keys.z'],
  ['/', 'keys.search'],
  ['Esc', 'keys.esc'],
  ['1 – 0', 'keys.go'],
  ['?', 'keys.help'],
];

/** The dialog. */
export function KeysDialog({ close }: { readonly close: () => void }): ReactNode {
  const { t } = useWords();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={close} aria-label={t('keys.title')}>
      <h2>{t('keys.title')}</h2>
      <dl className="keys">
        {KEYS.map(([key, what]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{t(what)}</dd>
          </div>
        ))}
      </dl>
      <button type="button" onClick={() => dialog.current?.close()}>
        {t('act.close')}
      </button>
    </dialog>
  );
}
