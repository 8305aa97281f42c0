/** Tries notifiers and responders of the file: a real message, a real question. */
import { type ReactNode, useState } from 'react';
import { type Answer, call } from '../../api/client.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { tellFault } from '../toasts.tsx';

type Kind = 'notifier' | 'responder';

/** The list with its buttons. */
export function TryOut(props: {
  readonly notifiers: readonly string[];
  readonly responders: readonly string[];
}): ReactNode {
  const { t } = useWords();
  const all = [
    ...props.notifiers.map((name, index) => ({ kind: 'notifier' as const, name, index })),
    ...props.responders.map((name, index) => ({ kind: 'responder' as const, name, index })),
  ];
  return (
    <section>
      <h2>{t('settings.try')}</h2>
      <p className="soft">{t(all.length === 0 ? 'settings.try.none' : 'settings.try.what')}</p>
      <ul className="lines column">
        {all.map((each) => (
          <One key={`${each.kind} ${each.index}`} {...each} />
        ))}
      </ul>
    </section>
  );
}

function One({ kind, name, index }: { readonly kind: Kind; readonly name: string; readonly index: number }): ReactNode {
  const { t } = useWords();
  const [state, setState] = useState<'idle' | 'busy' | Answer<'testSetting'>>('idle');
  const go = (): void => {
    setState('busy');
    call('testSetting', { body: { kind, index } }).then(setState, (error: unknown) => {
      setState('idle');
      tellFault(error);
    });
  };
  return (
    <li>
      <strong>{visible(name)}</strong>
      <button type="button" disabled={state === 'busy'} onClick={go}>
        {t(`settings.try.${kind}`)}
      </button>
      <span role="status">
        {state === 'busy' && t('settings.trying')}
        {typeof state === 'object' &&
          (state.ok ? (
            t(kind === 'notifier' ? 'settings.try.sent' : 'settings.try.works', { ms: state.ms })
          ) : (
            <span className="bad">{visible([state.problem ?? '', state.hint ?? ''].join(' ').trim())}</span>
          ))}
      </span>
    </li>
  );
}
