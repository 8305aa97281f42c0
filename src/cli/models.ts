/** `bekci models`: what was learned, listed, shown, moved to another machine, called normal, or forgotten. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Given } from '../api/contract.ts';
import { createAnomalyDetector } from '../detectors/anomaly/anomaly-detector.ts';
import { fail } from '../kit/errors.ts';
import { type Language, t } from '../kit/messages/messages.ts';
import type { StateEntry } from '../kit/state.ts';
import { escapeControls } from '../kit/text.ts';
import { modelsOf } from '../models-desk.ts';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import { saveDetectors } from '../train.ts';
import { ask, locate, readStore, type Where } from './client.ts';
import { createWriter } from './output.ts';

/** State of the learning detector begins so among the detectors' state. */
const PREFIX = 'anomaly\u001d';
const MODEL = 'model ';

type Options = Where & { readonly json?: boolean };
type Models = Given<'models'>;

/** Form of an exported part, one a line: a program's model, or another part by its key. */
const exported = z.union([
  z.strictObject({ program: z.string().min(1).max(200), model: z.record(z.string(), z.unknown()) }),
  z.strictObject({ part: z.string().min(1).max(200), state: z.unknown() }),
]);

/** What a running daemon knows, else what it saved last. */
async function modelsNow(options: Options): Promise<{ models: Models; language: Language }> {
  const { config, stateDir } = locate(options);
  const answer = await ask(stateDir, 'GET', '/models');
  if (answer !== null && answer.status === 200) return { models: answer.body as Models, language: config.language };
  const detector = createAnomalyDetector(config.anomaly);
  detector.restore(savedEntries(stateDir));
  return { models: modelsOf(detector.state()), language: config.language };
}

/** Lists the models: rows learned, whether they speak yet, threshold and drift. */
export async function listModels(options: Options): Promise<void> {
  const { models, language } = await modelsNow(options);
  const out = createWriter();
  const items = models.items.filter((each) => each.rows > 0 || each.kind === 'own').sort((a, b) => b.rows - a.rows);
  if (options.json === true) for (const { scores: _, features: __, ...each } of items) out.line(JSON.stringify(each));
  else {
    out.line(sumOf(models, language));
    for (const each of items) out.line(lineOf(each, language));
    if (items.length === 0) out.line(t(language, 'models.none'));
    for (const entity of models.normal) out.line(t(language, 'models.isNormal', { entity: escapeControls(entity) }));
  }
  out.flush();
}

function sumOf({ learning, hours, hoursNeeded, toldToday, budget }: Models, language: Language): string {
  const key = learning ? 'models.stillLearning' : 'models.watching';
  return t(language, key, { hours, needed: hoursNeeded, told: toldToday, budget });
}

function lineOf(model: Models['items'][number], language: Language): string {
  const values = { name: escapeControls(model.id), rows: model.rows.toLocaleString(language) };
  if (model.state === 'broken')
    return t(language, 'models.broken', { ...values, fault: escapeControls(model.fault ?? '') });
  if (model.state === 'learning')
    return model.needed === null
      ? t(language, 'models.learning', values)
      : model.rows >= model.needed
        ? t(language, 'models.soon', values)
        : t(language, 'models.learningOf', { ...values, needed: model.needed.toLocaleString(language) });
  const threshold =
    model.threshold === null ? '-' : model.threshold.toLocaleString(language, { maximumFractionDigits: 2 });
  const drift = Math.round((model.drift ?? 0) * 100);
  return t(language, 'models.learned', { ...values, threshold, drift });
}

/** Shows one model: its state, its newest scores, and what is usual in each feature. */
export async function showModel(id: string, options: Options): Promise<void> {
  const { models, language } = await modelsNow(options);
  const found = models.items.find((each) => each.id === id || each.id === `line/${id}`);
  if (found === undefined) return noModel(id);
  const out = createWriter();
  if (options.json === true) out.line(JSON.stringify(found));
  else {
    out.line(lineOf(found, language));
    for (const { name, usual, high } of found.features)
      out.line(`  ${t(language, 'models.feature', { name, usual, high })}`);
    if (found.scores.length > 0)
      out.line(`  ${t(language, 'models.scores', { scores: found.scores.slice(-12).join(' ') })}`);
  }
  out.flush();
}

/** Prints the rows that a model of windows learns from, as CSV: what a model of one's own is trained on. */
export function printRows(name: string, options: Options): void {
  const { config, stateDir } = locate(options);
  const detector = createAnomalyDetector(config.anomaly);
  detector.restore(savedEntries(stateDir));
  const found = detector.rowsOf(name) ?? noModel(name);
  const out = createWriter();
  const { features, rows } = found;
  out.line(features.join(','));
  for (let at = 0; at < rows.length; at += features.length)
    out.line([...rows.subarray(at, at + features.length)].map((each) => Number(each.toFixed(6))).join(','));
  out.flush();
}

/** Prints every part, or the model of one program, as JSON lines that `import` takes. */
export function exportModels(program: string | undefined, options: Options): void {
  const out = createWriter();
  const entries = savedEntries(locate(options).stateDir);
  for (const { key, value } of chosen(entries, program))
    out.line(
      key.startsWith(MODEL)
        ? `{"program":${JSON.stringify(key.slice(MODEL.length))},"model":${value}}`
        : `{"part":${JSON.stringify(key)},"state":${value}}`,
    );
  out.flush();
}

/** Takes exported parts in; what is there under the same name is replaced. All of the file is right, or nothing is taken. */
export async function importModels(file: string, options: Options): Promise<void> {
  const { config, stateDir } = locate(options);
  await refuseWhileRunning(stateDir);
  if (!existsSync(file))
    fail('FILE_READ', { message: `cannot read ${file}: there is no such file`, hint: 'check the name' });
  const lines = readFileSync(file, 'utf8').split('\n');
  const entries = lines.flatMap((line, index) => (line.trim() === '' ? [] : [entryOf(line, index + 1, file)]));
  try {
    const detector = createAnomalyDetector(config.anomaly);
    detector.restore(entries);
    detector.checkDeep();
  } catch (cause) {
    fail('MODEL_BROKEN', {
      message: `${file} holds a broken model: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: 'export it again with `bekci models export`',
      cause,
    });
  }
  write(stateDir, entries);
  console.log(t(config.language, 'models.imported', { count: entries.length }));
}

/** Forgets everything learned, or the model of one program. What people called normal stays. */
export async function resetModels(program: string | undefined, options: Options): Promise<void> {
  const { config, stateDir } = locate(options);
  await refuseWhileRunning(stateDir);
  const gone = chosen(savedEntries(stateDir), program).filter(({ key }) => key !== 'normal');
  write(
    stateDir,
    gone.map(({ key }) => ({ key, value: null })),
  );
  console.log(t(config.language, 'models.reset', { count: gone.length }));
}

/** Remembers that an entity is normal here, or no longer; a running daemon hears it at once. */
export async function setNormal(entity: string, options: Options & { readonly undo?: boolean }): Promise<void> {
  const { config, stateDir } = locate(options);
  const normal = options.undo !== true;
  const answer = await ask(stateDir, 'POST', '/models/normal', { entity, normal });
  if (answer === null) {
    const kept = savedEntries(stateDir).find(({ key }) => key === 'normal');
    const all = new Set(kept === undefined ? [] : (JSON.parse(kept.value) as string[]));
    if (normal) all.add(entity);
    else all.delete(entity);
    write(stateDir, [{ key: 'normal', value: JSON.stringify([...all]) }]);
  } else if (answer.status !== 200)
    fail('MODEL_OFF', { message: 'the running bekci learns nothing', hint: 'set `anomaly.enabled` to true' });
  const key = normal ? 'models.isNormal' : 'models.notNormal';
  console.log(
    options.json === true
      ? JSON.stringify({ entity, normal })
      : t(config.language, key, { entity: escapeControls(entity) }),
  );
}

/** One part as it is kept. */
export interface Entry {
  readonly key: string;
  readonly value: string;
}

/** State of the learning detector, by its own keys. */
export function savedEntries(stateDir: string): Entry[] {
  const store = readStore(stateDir);
  const found = [...store.state('detect')].filter(({ key }) => key.startsWith(PREFIX));
  store.close();
  return found.map(({ key, value }) => ({ key: key.slice(PREFIX.length), value }));
}

function chosen(entries: readonly Entry[], program: string | undefined): readonly Entry[] {
  if (program === undefined) return entries;
  const found = entries.filter(({ key }) => key === MODEL + program);
  return found.length === 0 ? noModel(program) : found;
}

function noModel(name: string): never {
  return fail('MODEL_NONE', {
    message: `there is no model of ${escapeControls(name)}`,
    hint: '`bekci models list` names them',
  });
}

function entryOf(line: string, at: number, file: string): Entry {
  try {
    const found = exported.parse(JSON.parse(line));
    return 'program' in found
      ? { key: MODEL + found.program, value: JSON.stringify(found.model) }
      : { key: found.part, value: JSON.stringify(found.state) };
  } catch (cause) {
    return fail('MODEL_BROKEN', {
      message: `line ${at} of ${file} is no exported model`,
      hint: 'the file must come from `bekci models export`',
      cause,
    });
  }
}

async function refuseWhileRunning(stateDir: string): Promise<void> {
  if ((await ask(stateDir, 'GET', '/health')) !== null)
    fail('API_ALREADY_RUNNING', {
      message: 'a bekci is running on this state',
      hint: 'stop it first: it would write over the change',
    });
}

function write(stateDir: string, entries: readonly StateEntry[]): void {
  const store = openStore(join(stateDir, 'bekci.db'));
  saveDetectors(
    entries.map(({ key, value }) => ({ key: PREFIX + key, value })),
    store,
  );
  store.close();
}
