/** `bekci models`: what was learned, listed, moved to another machine, or forgotten. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { createAnomalyDetector } from '../detectors/anomaly/anomaly-detector.ts';
import type { SavedModel } from '../detectors/anomaly/program-model.ts';
import { fail } from '../kit/errors.ts';
import { t, timeText } from '../kit/messages/messages.ts';
import type { StateEntry } from '../kit/state.ts';
import { escapeControls } from '../kit/text.ts';
import { openStore } from '../store/sqlite/sqlite-store.ts';
import { saveDetectors } from '../train.ts';
import { ask, locate, readStore, type Where } from './client.ts';
import { createWriter } from './output.ts';

/** State of the learning detector begins so among the detectors' state. */
const PREFIX = 'anomaly\u001dmodel ';

type Options = Where & { readonly json?: boolean };

/** Form of an exported model, one a line. */
const exported = z.strictObject({ program: z.string().min(1).max(200), model: z.record(z.string(), z.unknown()) });

/** Lists the models: program, lines learned, and whether it speaks yet. */
export function listModels(options: Options): void {
  const { config, stateDir } = locate(options);
  const { language } = config;
  const zone = config.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const out = createWriter();
  const models = savedModels(stateDir);
  for (const { program, model } of models) {
    const { seen, threshold, grownTime = 0 } = model;
    const grownAt = grownTime > 0 ? new Date(grownTime).toISOString() : null;
    const isLearned = model.forest !== null;
    if (options.json === true) {
      out.line(JSON.stringify({ program, lines: seen, learned: isLearned, threshold, grownAt }));
      continue;
    }
    const name = escapeControls(program);
    const lines = seen.toLocaleString(language);
    out.line(
      isLearned
        ? t(language, 'models.learned', { name, lines, time: timeText(language, grownTime, zone) })
        : t(language, 'models.learning', { name, lines, needed: config.anomaly.learn_lines.toLocaleString(language) }),
    );
  }
  if (models.length === 0 && options.json !== true) out.line(t(language, 'models.none'));
  out.flush();
}

/** Prints every model, or that of one program, as JSON lines that `import` takes. */
export function exportModels(program: string | undefined, options: Options): void {
  const out = createWriter();
  for (const each of chosen(savedModels(locate(options).stateDir), program)) out.line(JSON.stringify(each));
  out.flush();
}

/** Takes exported models in; a model of the same program is replaced. All of the file is right, or nothing is taken. */
export async function importModels(file: string, options: Options): Promise<void> {
  const { config, stateDir } = locate(options);
  await refuseWhileRunning(stateDir);
  if (!existsSync(file))
    fail('FILE_READ', { message: `cannot read ${file}: there is no such file`, hint: 'check the name' });
  const lines = readFileSync(file, 'utf8').split('\n');
  const entries = lines.flatMap((line, index) => (line.trim() === '' ? [] : [entryOf(line, index + 1, file)]));
  const own = entries.map(({ key, value }) => ({ key: key.slice('anomaly\u001d'.length), value: value ?? '' }));
  try {
    createAnomalyDetector(config.anomaly).restore(own);
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

/** Forgets every model, or that of one program. */
export async function resetModels(program: string | undefined, options: Options): Promise<void> {
  const { config, stateDir } = locate(options);
  await refuseWhileRunning(stateDir);
  const gone = chosen(savedModels(stateDir), program);
  write(
    stateDir,
    gone.map((each) => ({ key: PREFIX + each.program, value: null })),
  );
  console.log(t(config.language, 'models.reset', { count: gone.length }));
}

interface NamedModel {
  readonly program: string;
  readonly model: SavedModel;
}

function savedModels(stateDir: string): NamedModel[] {
  const store = readStore(stateDir);
  const found = [...store.state('detect')].filter(({ key }) => key.startsWith(PREFIX));
  store.close();
  return found
    .map(({ key, value }) => ({ program: key.slice(PREFIX.length), model: JSON.parse(value) as SavedModel }))
    .sort((a, b) => b.model.seen - a.model.seen);
}

function chosen(models: readonly NamedModel[], program: string | undefined): readonly NamedModel[] {
  const found = models.filter((each) => program === undefined || each.program === program);
  if (program !== undefined && found.length === 0)
    fail('MODEL_NONE', {
      message: `there is no model of ${escapeControls(program)}`,
      hint: '`bekci models list` names them',
    });
  return found;
}

function entryOf(line: string, at: number, file: string): StateEntry {
  try {
    const { program, model } = exported.parse(JSON.parse(line));
    return { key: PREFIX + program, value: JSON.stringify(model) };
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
  saveDetectors(entries, store);
  store.close();
}
