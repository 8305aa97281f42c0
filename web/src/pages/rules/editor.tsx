/** The bench: a rule written, checked while it is, tried on lines and on the logs, kept. */
import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react';
import { type Answer, type ApiFault, call, toFault } from '../../api/client.ts';
import { useIsAdmin } from '../../me.ts';
import { Copy } from '../../parts/log-line.tsx';
import { Backtest } from '../../parts/rules/backtest.tsx';
import { CodeArea } from '../../parts/rules/code-area.tsx';
import { asOwn, freshRule } from '../../parts/rules/sigma-words.ts';
import { FaultBox, Skeleton } from '../../parts/small.tsx';
import { tellDone, tellFault } from '../../parts/toasts.tsx';
import { go, linkTo, type Place } from '../../route.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';

type Tried = Answer<'tryRule'>;
const CHECK_AFTER_MS = 500;

function newId(): string {
  const hex = [...crypto.getRandomValues(new Uint8Array(16))].map((byte, at) =>
    (at === 6 ? (byte & 15) | 64 : at === 8 ? (byte & 63) | 128 : byte).toString(16).padStart(2, '0'),
  );
  return hex.join('').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** Reads what the link names: a rule of one's own, another to begin from, or a fresh one. */
export function RuleEditor({ place }: { readonly place: Place }): ReactNode {
  const own = place.query.get('own');
  const from = place.query.get('from');
  const [text, setText] = useState<string | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const [turn, setTurn] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a turn is the wish to read anew
  useEffect(() => {
    setText(null);
    setFault(null);
    const read = async (): Promise<string> => {
      if (own !== null)
        return (await call('ownRules')).items.find((each) => each.name === own)?.text ?? freshRule(newId());
      if (from !== null) return asOwn((await call('rule', { params: { id: from } })).text, newId);
      return freshRule(newId());
    };
    read().then(setText, (error: unknown) => setFault(toFault(error)));
  }, [own, from, turn]);
  if (fault !== null) return <FaultBox fault={fault} again={() => setTurn(turn + 1)} />;
  return text === null ? <Skeleton rows={10} /> : <Bench key={`${own} ${from}`} first={text} own={own} />;
}

function Bench({ first, own }: { readonly first: string; readonly own: string | null }): ReactNode {
  const { t } = useWords();
  const area = useRef<HTMLTextAreaElement>(null);
  const [text, setText] = useState(first);
  const [lines, setLines] = useState('');
  const [tried, setTried] = useState<Tried | null>(null);
  const [checking, setChecking] = useState(true);
  useEffect(() => {
    setChecking(true);
    const abort = new AbortController();
    const sample = lines
      .split('\n')
      .filter((line) => line.trim() !== '')
      .slice(0, 500);
    const ask = (): void => {
      call('tryRule', { body: { text, name: own, lines: sample } }, abort.signal).then(
        (answer) => {
          setTried(answer);
          setChecking(false);
        },
        (error: unknown) => {
          if (abort.signal.aborted) return;
          // Many write at once: ask again in a moment.
          if (toFault(error).code === 'API_BUSY') {
            timer = window.setTimeout(ask, 2000);
            return;
          }
          setChecking(false);
          tellFault(error);
        },
      );
    };
    let timer = window.setTimeout(ask, CHECK_AFTER_MS);
    return () => {
      window.clearTimeout(timer);
      abort.abort();
    };
  }, [text, lines, own]);
  const faults = tried?.faults ?? [];
  const show = (line: number): void => {
    const from =
      text
        .split('\n')
        .slice(0, line - 1)
        .join('\n').length + (line > 1 ? 1 : 0);
    const to = text.indexOf('\n', from);
    area.current?.focus();
    area.current?.setSelectionRange(from, to < 0 ? text.length : to);
  };
  return (
    <div className="bench">
      <h1>{own === null ? t('editor.title.new') : visible(own)}</h1>
      <p className="soft column">{t('editor.what')}</p>
      <CodeArea
        label={t('editor.text')}
        text={text}
        change={setText}
        area={area}
        wrong={new Set(faults.flatMap((fault) => fault.line ?? []))}
      />
      <div className="bench-word" role="status">
        {checking || tried === null ? (
          <p className="soft">{t('editor.checking')}</p>
        ) : (
          <>
            {faults.length === 0 && <p>{t('editor.good', { n: tried.rules.length })}</p>}
            <ul>
              {[
                ...faults.map((each) => ['bad', each] as const),
                ...tried.warnings.map((each) => ['soft', each] as const),
              ].map(([kind, fault]) => {
                const what = visible([fault.message, fault.hint ?? ''].filter((each) => each !== '').join('; '));
                return (
                  <li key={`${kind} ${fault.line} ${fault.message}`} className={kind}>
                    {fault.line == null ? (
                      t('editor.fault.bare', { what })
                    ) : (
                      <button type="button" className="quiet as-text" onClick={() => show(fault.line ?? 1)}>
                        {t('editor.fault', { line: fault.line, what })}
                      </button>
                    )}
                  </li>
                );
              })}
            </ul>
          </>
        )}
      </div>
      <section>
        <h2>{t('editor.lines')}</h2>
        <label className="lines-to-try">
          <span className="soft">{t('editor.lines.what')}</span>
          <textarea
            className="mono"
            rows={5}
            spellCheck={false}
            value={lines}
            onChange={(event) => setLines(event.target.value)}
          />
        </label>
        {tried !== null && lines.trim() !== '' && !checking && faults.length === 0 && <Tries tried={tried} />}
      </section>
      <Backtest text={text} own={own} ready={!checking && tried !== null && faults.length === 0} />
      <Keep text={text} own={own} ready={!checking && tried !== null && faults.length === 0} />
    </div>
  );
}

function Tries({ tried }: { readonly tried: Tried }): ReactNode {
  const { t } = useWords();
  return (
    <div role="status">
      {tried.found.length === 0 && <p>{t('editor.silent')}</p>}
      <ul className="lines">
        {tried.found.map((each) => (
          <li key={`${each.line} ${each.rule} ${each.entity}`}>
            {t('editor.found', {
              line: each.line + 1,
              title: visible(each.title),
              entity: visible(each.entity),
              events: t('alerts.events', { n: each.events }),
            })}
          </li>
        ))}
      </ul>
      {tried.unread.length > 0 && (
        <p className="bad">{t('editor.unread', { lines: tried.unread.map((line) => line + 1).join(', ') })}</p>
      )}
    </div>
  );
}

function Keep(props: { readonly text: string; readonly own: string | null; readonly ready: boolean }): ReactNode {
  const { t } = useWords();
  const isAdmin = useIsAdmin();
  const [name, setName] = useState(
    props.own ?? /^name:\s*([a-z0-9][\w-]*)/m.exec(props.text)?.[1]?.toLowerCase() ?? '',
  );
  const save = (event: FormEvent): void => {
    event.preventDefault();
    call('saveRule', { params: { name }, body: { text: props.text } }).then((answer) => {
      if (!answer.saved) return;
      tellDone('editor.saved', { name });
      const first = answer.rules[0]?.id;
      if (first !== undefined) go(linkTo('rules', first));
    }, tellFault);
  };
  const forget = (): void =>
    void call('deleteRule', { params: { name: props.own ?? '' } }).then(() => {
      tellDone('editor.deleted', { name: props.own ?? '' });
      go(linkTo('rules'));
    }, tellFault);
  return (
    <section>
      <h2>{t('editor.keep')}</h2>
      <p className="soft">{t(isAdmin ? 'editor.keep.what' : 'editor.keep.admin')}</p>
      {isAdmin ? (
        <form className="buttons" onSubmit={save}>
          <input
            className="mono"
            required
            pattern="[a-z0-9][a-z0-9_\-]*"
            maxLength={64}
            value={name}
            readOnly={props.own !== null}
            title={t('editor.name.hint')}
            aria-label={t('editor.name')}
            placeholder={t('editor.name')}
            onChange={(event) => setName(event.target.value)}
          />
          <button type="submit" className="main" disabled={!props.ready}>
            {t('editor.save')}
          </button>
          {props.own !== null && (
            <button type="button" onClick={forget}>
              {t('editor.delete')}
            </button>
          )}
        </form>
      ) : (
        <Copy text={props.text} label={t('settings.copy')} />
      )}
    </section>
  );
}
