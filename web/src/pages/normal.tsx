/** Normal: what was learned, model by model; scores with their threshold, drift, measures in words; what people called normal. */
import { type FormEvent, type ReactNode, useState } from 'react';
import { ApiFault } from '../api/client.ts';
import { useLive } from '../api/live.ts';
import { callNormal, type Model, type Models, readModels } from '../api/models.ts';
import { useData, useThrottled } from '../api/use-data.ts';
import { numberText, shareText } from '../format.ts';
import { useMayAct } from '../me.ts';
import { ScoreLine } from '../parts/score-line.tsx';
import { Empty, FaultBox, Skeleton } from '../parts/small.tsx';
import { tellDone, tellFault } from '../parts/toasts.tsx';
import { linkTo, type Place } from '../route.ts';
import { visible } from '../visible-text.ts';
import type { WordKey } from '../words/en.ts';
import { normalEn } from '../words/normal.ts';
import { useWords } from '../words/words.ts';

/** The page. */
export function NormalPage(_: { readonly place: Place }): ReactNode {
  const { t } = useWords();
  const models = useData('models', async (signal) => {
    try {
      return await readModels(signal);
    } catch (error) {
      if (error instanceof ApiFault && error.code === 'API_NOT_FOUND') return 'absent' as const;
      throw error;
    }
  });
  const soon = useThrottled(models.reload, 10_000);
  useLive((event) => event.event === 'status' && soon());
  if (models.data === null)
    return (
      <>
        <h1>{t('normal.title')}</h1>
        {models.fault === null ? <Skeleton rows={8} /> : <FaultBox fault={models.fault} again={models.reload} />}
      </>
    );
  if (models.data === 'absent' || !models.data.enabled)
    return (
      <>
        <h1>{t('normal.title')}</h1>
        {models.data === 'absent' ? (
          <Empty>{t('normal.absent')}</Empty>
        ) : (
          <Empty title={t('normal.off')}>{t('normal.off.what')}</Empty>
        )}
      </>
    );
  return <Learned models={models.data} reload={models.reload} />;
}

function Learned({ models, reload }: { readonly models: Models; readonly reload: () => void }): ReactNode {
  const { t, language } = useWords();
  const facts: readonly (readonly [string, string])[] = [
    [t('normal.told'), t('normal.of', { n: models.toldToday, budget: models.budget })],
    [t('normal.held'), numberText(models.held, language)],
    [t('normal.users'), numberText(models.users.known, language)],
    [t('normal.called'), numberText(models.normal.length, language)],
  ];
  return (
    <>
      <h1>
        {models.learning
          ? t('normal.learning', { hours: models.hours, needed: models.hoursNeeded })
          : t('normal.ready', { hours: models.hours })}
      </h1>
      <dl className="facts">
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {(['behaviour', 'session', 'own', 'line'] as const).map((kind) => {
        const mine = models.items.filter((each) => each.kind === kind);
        return mine.length === 0 ? null : (
          <section key={kind}>
            <h2>{t(`normal.kind.${kind}`)}</h2>
            <ul className="models">
              {mine.map((each) => (
                <ModelCard key={each.id} model={each} />
              ))}
            </ul>
          </section>
        );
      })}
      <Feedback normal={models.normal} reload={reload} />
    </>
  );
}

function ModelCard({ model }: { readonly model: Model }): ReactNode {
  const { t, language } = useWords();
  const known = `normal.name.${model.entity}`;
  const name = Object.hasOwn(normalEn, known) ? t(known as WordKey) : visible(model.entity);
  const title = model.window === null ? name : `${name} ${t(`normal.window.${model.window}`)}`;
  return (
    <li className="model">
      <h3>
        {title}{' '}
        <span className={model.state === 'ready' ? 'soft' : model.state === 'broken' ? 'bad' : 'changed'}>
          {t(`normal.state.${model.state}`)}
        </span>
      </h3>
      {model.scores.length > 1 ? (
        <ScoreLine scores={model.scores} threshold={model.threshold} label={t('normal.scores', { name: title })} />
      ) : (
        <p className="soft score-room">{t('normal.noscores')}</p>
      )}
      <p className="soft">
        {t('normal.rows', { n: model.rows })}
        {model.judged !== model.rows && `, ${t('normal.judged', { n: model.judged })}`}
        {model.threshold !== null &&
          `; ${t('normal.threshold', { value: model.threshold.toLocaleString(language, { maximumFractionDigits: 3 }) })}`}
      </p>
      {model.fault !== null && <p className="bad">{visible(model.fault)}</p>}
      {model.drift !== null && model.rows > 0 && <Drift drift={model.drift} changes={model.changes} />}
      {model.features.length > 0 && <Features features={model.features} />}
    </li>
  );
}

function Drift({ drift, changes }: { readonly drift: number; readonly changes: number }): ReactNode {
  const { t, language } = useWords();
  const grade = drift < 0.2 ? 'none' : drift < 0.5 ? 'some' : 'much';
  return (
    <p className={grade === 'much' ? 'bad' : 'soft'}>
      {t(`normal.drift.${grade}`, { share: shareText(drift, language) })}
      {changes > 0 && `; ${t('normal.changes', { n: changes })}`}
    </p>
  );
}

function Features({ features }: { readonly features: Model['features'] }): ReactNode {
  const { t, language } = useWords();
  const valueText = (name: string, value: number): string =>
    /share|errors|evenness|regularity/.test(name)
      ? shareText(value, language)
      : value.toLocaleString(language, { maximumFractionDigits: 1 });
  return (
    <details>
      <summary>{t('normal.features')}</summary>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('normal.feature')}</th>
            <th scope="col" className="number">
              {t('normal.usual')}
            </th>
            <th scope="col" className="number">
              {t('normal.high')}
            </th>
          </tr>
        </thead>
        <tbody>
          {features.map(({ name, usual, high }) => (
            <tr key={name}>
              <th scope="row">
                {Object.hasOwn(normalEn, `feature.${name}`) ? t(`feature.${name}` as WordKey) : visible(name)}
              </th>
              <td className="number">{valueText(name, usual)}</td>
              <td className="number">{valueText(name, high)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

function Feedback({ normal, reload }: { readonly normal: readonly string[]; readonly reload: () => void }): ReactNode {
  const { t } = useWords();
  const mayAct = useMayAct();
  const [text, setText] = useState('');
  const say = (entity: string, isNormal: boolean): void =>
    void callNormal(entity, isNormal).then(() => {
      tellDone(isNormal ? 'normal.done' : 'normal.undone', { what: visible(entity) });
      if (isNormal) setText('');
      reload();
    }, tellFault);
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    say(text.trim(), true);
  };
  return (
    <section>
      <h2>
        {t('normal.feedback')}{' '}
        <a href={linkTo('alerts', null, new URLSearchParams({ rule: 'bekci-unusual-behaviour' }))}>
          {t('normal.alerts')}
        </a>
      </h2>
      <p className="soft column">{t('normal.feedback.what')}</p>
      {mayAct && (
        <form className="filters" onSubmit={submit}>
          <input
            className="mono"
            required
            maxLength={300}
            value={text}
            aria-label={t('normal.entity')}
            placeholder={t('normal.entity')}
            onChange={(event) => setText(event.target.value)}
          />
          <button type="submit">{t('normal.add')}</button>
        </form>
      )}
      {normal.length === 0 ? (
        <p className="soft">{t('normal.feedback.none')}</p>
      ) : (
        <ul className="lines column">
          {normal.map((entity) => (
            <li key={entity}>
              <span className="mono">{visible(entity)}</span>
              {mayAct && (
                <button type="button" onClick={() => say(entity, false)}>
                  {t('normal.remove')}
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
