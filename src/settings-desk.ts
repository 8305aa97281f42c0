/**
 * The settings as the API asks for them: the configuration's own file, changed by path or as text, checked as the file is,
 * shown as a difference before it is written, and written with a backup.
 */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import type { SettingsDesk } from './api/ports.ts';
import { applyChanges, changesBetween, hideSecrets, hideSecretValues, keepSecrets, valuesOf } from './config/edit.ts';
import { parseConfig } from './config/load.ts';
import { type Config, configJsonSchema } from './config/schema.ts';
import { AppError, describeError, fail } from './kit/errors.ts';
import { lineDiff } from './kit/line-diff.ts';
import type { Log } from './kit/log.ts';
import { t } from './kit/messages/messages.ts';
import { createNotifier } from './notifiers/all.ts';
import { createResponder } from './responders/all.ts';
import { type Fault, policyFaults, schemaFaults } from './settings-faults.ts';
import { defaultPlace, isWritable, keepBackup, put, readText, revisionOf } from './settings-file.ts';

type Wish = Parameters<SettingsDesk['check']>[0];

const MAX_TEXT = 512 * 1024;
const TEST_MS = 30_000;

/** The settings of a file; `running` is what the daemon was started with. */
export function createSettingsDesk(
  path: string | null,
  running: Config,
  stateDir: string,
  parts: { readonly log: Log; readonly now: () => number; reloadRules(rules: Config['rules']): void },
): SettingsDesk {
  let inUse = running;
  const place = path ?? defaultPlace();

  const read = (): string => readText(place);

  function wanted(wish: Wish, before: string): { readonly text: string; readonly faults: readonly Fault[] } {
    const shown = 'text' in wish ? wish.text : undefined;
    const changed =
      shown ??
      applyChanges(before, changesBetween(hideSecretValues(valuesOf(before)), (wish as { values: unknown }).values));
    const { text, lost } = keepSecrets(changed, before);
    const faults: Fault[] = lost.map(({ path: at, why }) => ({
      path: at.join('.'),
      code: why === 'moved' ? 'secret-moved' : 'secret-unknown',
      message:
        why === 'moved'
          ? 'the secret would be sent to another place than before: write it anew'
          : 'there is no secret here that could be kept: write it',
    }));
    return { text, faults };
  }

  function check(wish: Wish): ReturnType<SettingsDesk['check']> & { readonly full: string } {
    const before = read();
    if ('text' in wish && wish.text.length > MAX_TEXT)
      fail('API_TOO_LARGE', { message: `at most ${MAX_TEXT} characters are taken` });
    let full = before;
    const faults: Fault[] = [];
    try {
      const next = wanted(wish, before);
      full = next.text;
      faults.push(...next.faults, ...schemaFaults(full, place));
      if (faults.length === 0) faults.push(...policyFaults(valuesOf(before), valuesOf(full)));
    } catch (error) {
      faults.push({ path: '', message: describeError(error), line: null, column: null });
    }
    return {
      ok: faults.length === 0,
      faults,
      text: safely(() => hideSecrets(full)) ?? '',
      diff: lineDiff(safely(() => hideSecrets(before)) ?? '', safely(() => hideSecrets(full)) ?? ''),
      full,
    };
  }

  return {
    read() {
      const text = read();
      return {
        path: place,
        exists: existsSync(place),
        writable: isWritable(place),
        revision: revisionOf(text),
        text: safely(() => hideSecrets(text)) ?? '',
        values: (safely(() => hideSecretValues(valuesOf(text))) ?? {}) as Record<string, unknown>,
        schema: configJsonSchema(),
        pending: safely(() => differsFromRunning(parseConfig(text, place), inUse)) ?? false,
        notifiers: tryParse(text)?.notifiers.map((each) => `${each.type}: ${each.name}`) ?? [],
        responders:
          tryParse(text)?.responders.map((each) => ('name' in each ? `${each.type}: ${each.name}` : each.type)) ?? [],
      };
    },
    check(wish) {
      const { full: _, ...answer } = check(wish);
      return answer;
    },
    write(wish, revision) {
      const before = read();
      if (revisionOf(before) !== revision)
        fail('API_CONFLICT', { message: 'the file was changed meanwhile', hint: 'read it anew' });
      const { full, ...answer } = check(wish);
      if (!answer.ok || full === before) return { ...answer, written: false, backup: null, revision };
      const backup = existsSync(place) ? keepBackup(place, before, stateDir, parts.now()) : null;
      put(place, full);
      const { rules } = parseConfig(full, place);
      if (JSON.stringify(rules) !== JSON.stringify(inUse.rules)) {
        parts.reloadRules(rules);
        inUse = { ...inUse, rules };
      }
      return { ...answer, written: true, backup, revision: revisionOf(full) };
    },
    async test(kind, index) {
      const config = parseConfig(read(), place);
      const signal = AbortSignal.timeout(TEST_MS);
      const began = performance.now();
      const answer = (problem: unknown) => ({
        ok: problem === null,
        ms: Math.round(performance.now() - began),
        problem: problem === null ? null : problem instanceof AppError ? problem.message : describeError(problem),
        hint: problem instanceof AppError ? problem.hint : null,
      });
      try {
        if (kind === 'notifier') await sendTest(config, index, parts, signal);
        else return answer(await checkResponder(config, index, parts, signal));
        return answer(null);
      } catch (error) {
        return answer(error);
      }
    },
  };
}

function tryParse(text: string): Config | null {
  return safely(() => parseConfig(text, ''));
}

function safely<T>(work: () => T): T | null {
  try {
    return work();
  } catch {
    return null;
  }
}

/** Are there settings in the file that the running daemon was not started with? */
function differsFromRunning(file: Config, running: Config): boolean {
  return JSON.stringify(file) !== JSON.stringify(running);
}

async function sendTest(
  config: Config,
  index: number,
  parts: { readonly log: Log; readonly now: () => number },
  signal: AbortSignal,
): Promise<void> {
  const { language } = config;
  const setting =
    config.notifiers[index] ?? fail('API_NOT_FOUND', { message: 'there is no such notifier in the file' });
  const timezone = config.timezone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const notifier = createNotifier(setting, { ...parts, language, timezone });
  const now = parts.now();
  const title = t(language, 'settings.test');
  const item = {
    detection: 'test',
    rule: 'test',
    title,
    level: 'informational' as const,
    tags: [],
    at: now,
    events: 1,
    lines: [],
    facts: {},
  };
  try {
    await notifier.send(
      {
        ...{ id: `test-${now}`, entityField: 'host.hostname', entity: hostname(), level: 'informational' },
        ...{ firstAt: now, lastAt: now, items: [item], more: 0, decision: null, refusal: null, host: hostname() },
      },
      signal,
    );
  } finally {
    await notifier.close();
  }
}

async function checkResponder(
  config: Config,
  index: number,
  parts: { readonly log: Log; readonly now: () => number },
  signal: AbortSignal,
): Promise<AppError | null> {
  const setting =
    config.responders[index] ?? fail('API_NOT_FOUND', { message: 'there is no such responder in the file' });
  const responder = createResponder(setting, parts);
  try {
    return await responder.check(signal);
  } finally {
    await responder.close();
  }
}
