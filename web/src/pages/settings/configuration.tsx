/** The configuration: a form or the text, checked like the file, shown as a difference, written; its parts tried out. */
import { type ReactNode, useRef, useState } from 'react';
import { type Answer, type ApiFault, call, type Sent, toFault } from '../../api/client.ts';
import { useData } from '../../api/use-data.ts';
import { Copy } from '../../parts/log-line.tsx';
import { DiffView } from '../../parts/settings/diff-view.tsx';
import { type Path, type Schema, type Values, withValue } from '../../parts/settings/schema.ts';
import { Field } from '../../parts/settings/schema-form.tsx';
import { useSettingText } from '../../parts/settings/setting-text.ts';
import { TryOut } from '../../parts/settings/try-out.tsx';
import { FaultBox, Skeleton } from '../../parts/small.tsx';
import { tellDone, tellFault } from '../../parts/toasts.tsx';
import { visible } from '../../visible-text.ts';
import type { WordKey } from '../../words/en.ts';
import { useWords } from '../../words/words.ts';

type Read = Answer<'settings'>;
type Outcome = Answer<'checkSettings'>;
type Wish = NonNullable<Sent<'checkSettings'>['body']>;

/** The tab. */
export function ConfigurationTab(): ReactNode {
  const settings = useData('settings', (signal) => call('settings', {}, signal));
  if (settings.data === null)
    return settings.fault === null ? (
      <Skeleton rows={8} />
    ) : (
      <FaultBox fault={settings.fault} again={settings.reload} />
    );
  return <Editor key={settings.data.revision} read={settings.data} reload={settings.reload} />;
}

function Editor({ read, reload }: { readonly read: Read; readonly reload: () => void }): ReactNode {
  const { t } = useWords();
  const [mode, setMode] = useState<'form' | 'text'>('form');
  const [values, setValues] = useState<Values>(read.values);
  const [text, setText] = useState(read.text);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [fault, setFault] = useState<ApiFault | null>(null);
  const below = useRef<HTMLDivElement>(null);
  const dirty = mode === 'form' ? JSON.stringify(values) !== JSON.stringify(read.values) : text !== read.text;
  const wish: Wish = mode === 'form' ? { values } : { text };
  const faults = new Map((outcome?.faults ?? []).map((each) => [each.path, wordsOf(each, t)]));

  const change = (path: Path, value: unknown): void => {
    setValues((before) => (withValue(before, path, value) ?? {}) as Values);
    setOutcome(null);
  };
  const see = (): void =>
    void call('checkSettings', { body: wish }).then(
      (answer) => {
        setOutcome(answer);
        setFault(null);
        below.current?.scrollIntoView({ block: 'start' });
      },
      (error: unknown) => setFault(toFault(error)),
    );
  const write = (): void =>
    void call('writeSettings', { body: { wish, revision: read.revision } }).then(
      (answer) => {
        if (!answer.written) return setOutcome(answer);
        if (answer.backup === null) tellDone('settings.written.new', {});
        else tellDone('settings.written', { backup: answer.backup });
        reload();
      },
      (error: unknown) => {
        const failed = toFault(error);
        if (failed.code === 'API_CONFLICT') setFault(failed);
        else tellFault(error);
      },
    );
  const reset = (): void => {
    setValues(read.values);
    setText(read.text);
    setOutcome(null);
  };
  return (
    <>
      <p className="soft column">
        {t(read.exists ? (read.writable ? 'settings.sentence' : 'settings.readonly') : 'settings.missing', {
          path: visible(read.path),
        })}
      </p>
      {read.pending && <p className="pending column">{t('settings.pending')}</p>}
      <fieldset className="chips">
        <legend className="hidden">{t('settings.tab.configuration')}</legend>
        {(['form', 'text'] as const).map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={mode === each}
            disabled={dirty && mode !== each}
            onClick={() => {
              setMode(each);
              setOutcome(null);
            }}
          >
            {t(`settings.${each}`)}
          </button>
        ))}
      </fieldset>
      {mode === 'text' ? (
        <textarea
          className="mono config-text"
          aria-label={t('settings.text')}
          spellCheck={false}
          rows={Math.min(40, Math.max(12, text.split('\n').length + 1))}
          value={text}
          onChange={(event) => {
            setText(event.target.value);
            setOutcome(null);
          }}
        />
      ) : (
        <Sections schema={read.schema as Schema} values={values} before={read.values} change={change} faults={faults} />
      )}
      <div ref={below}>
        {fault !== null &&
          (fault.code === 'API_CONFLICT' ? (
            <p className="bad" role="alert">
              {visible(fault.message)}. {visible(fault.hint ?? '')}{' '}
              <button type="button" onClick={reload}>
                {t('settings.reread')}
              </button>
            </p>
          ) : (
            <FaultBox fault={fault} again={see} />
          ))}
        {outcome !== null && <OutcomeView outcome={outcome} />}
      </div>
      {(dirty || outcome !== null) && (
        <div className="save-bar">
          {outcome?.ok === true && outcome.diff.length > 0 ? (
            read.writable ? (
              <button type="button" className="main" onClick={write}>
                {t('settings.write')}
              </button>
            ) : (
              <Copy text={outcome.text} label={t('settings.copy')} />
            )
          ) : (
            <button type="button" className="main" onClick={see}>
              {t('settings.see')}
            </button>
          )}
          <button type="button" onClick={reset}>
            {t('settings.reset')}
          </button>
        </div>
      )}
      <TryOut notifiers={read.notifiers} responders={read.responders} />
    </>
  );
}

function wordsOf(fault: Outcome['faults'][number], t: ReturnType<typeof useWords>['t']): string {
  if (/^(?:secret|local|url)-/.test(fault.code ?? '')) return t(`settings.fault.${fault.code}` as WordKey);
  const hint = /config explain/.test(fault.hint ?? '') ? '' : (fault.hint ?? '');
  return visible([fault.message.replace(/^`[^`]+`: /, ''), hint].filter((each) => each !== '').join('; '));
}

function OutcomeView({ outcome }: { readonly outcome: Outcome }): ReactNode {
  const { t } = useWords();
  if (!outcome.ok)
    return (
      <section role="alert">
        <h2 className="bad">{t('settings.faults', { n: outcome.faults.length })}</h2>
        <ul className="lines">
          {outcome.faults.map((fault) => (
            <li key={`${fault.path} ${fault.message}`}>
              <button
                type="button"
                className="quiet mono"
                onClick={() => document.getElementById(`setting-${fault.path}`)?.scrollIntoView({ block: 'center' })}
              >
                {visible(fault.path)}
              </button>
              <span>{wordsOf(fault, t)}</span>
              {fault.line != null && (
                <span className="soft">
                  {t('settings.fault.place', { line: fault.line, column: fault.column ?? 1 })}
                </span>
              )}
            </li>
          ))}
        </ul>
      </section>
    );
  return (
    <section>
      <h2>{t('settings.diff')}</h2>
      {outcome.diff.length === 0 ? <p className="soft">{t('settings.nodiff')}</p> : <DiffView lines={outcome.diff} />}
    </section>
  );
}

function Sections(props: {
  readonly schema: Schema;
  readonly values: Values;
  readonly before: Values;
  readonly change: (path: Path, value: unknown) => void;
  readonly faults: ReadonlyMap<string, string>;
}): ReactNode {
  const { schema, values, before, change, faults } = props;
  const entries = Object.entries(schema.properties ?? {});
  const isSection = ([, each]: (typeof entries)[number]): boolean =>
    each.properties !== undefined || each.type === 'array' || each.anyOf?.some((one) => one.type === 'array') === true;
  const field = ([name, inner]: (typeof entries)[number]): ReactNode => (
    <Field key={name} schema={inner} value={values[name]} path={[name]} change={change} faults={faults} />
  );
  return (
    <div className="settings-form">
      {entries.filter((each) => !isSection(each)).map(field)}
      {entries.filter(isSection).map(([name, inner]) => (
        <Section
          key={name}
          name={name}
          schema={inner}
          changed={JSON.stringify(values[name]) !== JSON.stringify(before[name])}
          wrong={[...faults.keys()].some((path) => path === name || path.startsWith(`${name}.`))}
          set={before[name] !== undefined}
        >
          {field([name, inner])}
        </Section>
      ))}
    </div>
  );
}

function Section(props: {
  readonly name: string;
  readonly schema: Schema;
  readonly changed: boolean;
  readonly wrong: boolean;
  readonly set: boolean;
  readonly children: ReactNode;
}): ReactNode {
  const { t } = useWords();
  const text = useSettingText(props.schema.description);
  const [open, setOpen] = useState(false);
  return (
    <details className="section" open={open || props.wrong} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <span className={props.set ? 'mono set' : 'mono'}>{props.name}</span> <span className="soft">{text}</span>{' '}
        {props.changed && <span className="changed">{t('settings.changed')}</span>}
      </summary>
      {(open || props.wrong) && props.children}
    </details>
  );
}
