/** What the configuration changes of one rule: shown, changed, seen as a difference, written. */
import { type ReactNode, useState } from 'react';
import { type Answer, call } from '../../api/client.ts';
import { useData } from '../../api/use-data.ts';
import { visible } from '../../visible-text.ts';
import { useWords } from '../../words/words.ts';
import { DiffView } from '../settings/diff-view.tsx';
import { isRecord, type Values, withValue } from '../settings/schema.ts';
import { FaultBox } from '../small.tsx';
import { tellDone, tellFault } from '../toasts.tsx';

const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
const ACTIONS = ['ban', 'alert', 'observe'] as const;
type Outcome = Answer<'checkSettings'>;

/** The form. */
export function RuleChange(props: {
  readonly name: string;
  readonly correlation: boolean;
  readonly reload: () => void;
}): ReactNode {
  const { t } = useWords();
  const settings = useData('settings', (signal) => call('settings', {}, signal));
  const [draft, setDraft] = useState<Values | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  if (settings.data === null)
    return settings.fault === null ? null : <FaultBox fault={settings.fault} again={settings.reload} />;
  const { values, revision, writable } = settings.data;
  const rules = isRecord(values.rules) ? values.rules : {};
  const overrides = isRecord(rules.overrides) ? rules.overrides : {};
  const before = isRecord(overrides[props.name]) ? (overrides[props.name] as Values) : {};
  const now = draft ?? before;
  const dirty = JSON.stringify(now) !== JSON.stringify(before);
  const change = (key: string, value: unknown): void => {
    setDraft((withValue(now, [key], value) ?? {}) as Values);
    setOutcome(null);
  };
  const wish = (): { values: Values } => ({
    values: (withValue(values, ['rules', 'overrides', props.name], Object.keys(now).length === 0 ? undefined : now) ??
      {}) as Values,
  });
  const see = (): void => void call('checkSettings', { body: wish() }).then(setOutcome, tellFault);
  const write = (): void =>
    void call('writeSettings', { body: { wish: wish(), revision } }).then((answer) => {
      setOutcome(null);
      if (!answer.written) return setOutcome(answer);
      tellDone('settings.written.new', {});
      setDraft(null);
      settings.reload();
      props.reload();
    }, tellFault);
  const choice = (key: string, label: string, choices: readonly (readonly [string, string])[]): ReactNode => (
    <label>
      {label}
      <select
        value={now[key] === undefined ? '' : String(now[key])}
        onChange={(event) => {
          const text = event.target.value;
          change(key, text === '' ? undefined : text === 'false' ? false : text);
        }}
      >
        <option value="">{t('rule.as-written')}</option>
        {choices.map(([value, shown]) => (
          <option key={value} value={value}>
            {shown}
          </option>
        ))}
      </select>
    </label>
  );
  const field = (key: string, label: string, hint: string): ReactNode => (
    <label>
      {label}
      <input
        value={now[key] === undefined ? '' : String(now[key])}
        placeholder={`${t('rule.as-written')} (${hint})`}
        onChange={(event) => {
          const text = event.target.value.trim();
          change(key, text === '' ? undefined : key === 'threshold' && /^\d+$/.test(text) ? Number(text) : text);
        }}
      />
    </label>
  );
  return (
    <section>
      <h2>{t('rule.change')}</h2>
      <p className="soft">{t('rule.change.what')}</p>
      <div className="rule-change">
        {choice('enabled', t('rule.enabled'), [['false', t('rule.enabled.no')]])}
        {choice(
          'level',
          t('rule.level'),
          LEVELS.map((level) => [level, t(`level.${level}`)]),
        )}
        {choice(
          'action',
          t('rule.action'),
          ACTIONS.map((action) => [action, t(`rules.action.${action}`)]),
        )}
        {field('ban', t('rule.ban'), '10m')}
        {props.correlation && field('threshold', t('rule.threshold'), '5')}
        {props.correlation && field('timespan', t('rule.timespan'), '10m')}
      </div>
      {outcome !== null &&
        (outcome.ok ? (
          <DiffView lines={outcome.diff} />
        ) : (
          <ul className="bad" role="alert">
            {outcome.faults.map((fault) => (
              <li key={fault.message}>{visible(fault.message)}</li>
            ))}
          </ul>
        ))}
      {dirty && (
        <div className="buttons">
          {outcome?.ok === true && writable ? (
            <button type="button" className="main" onClick={write}>
              {t('settings.write')}
            </button>
          ) : (
            <button type="button" className="main" onClick={see}>
              {t('settings.see')}
            </button>
          )}
          <button
            type="button"
            onClick={() => {
              setDraft(null);
              setOutcome(null);
            }}
          >
            {t('settings.reset')}
          </button>
          {!writable && <span className="soft">{t('settings.readonly', { path: visible(settings.data.path) })}</span>}
        </div>
      )}
    </section>
  );
}
