/** The rules of a configuration: bundled, its own packs and traps, with every change it makes of them. */
import { join } from 'node:path';
import type { Config } from './config/schema.ts';
import { loadRules } from './detectors/sigma/load.ts';
import { placeholderFolder } from './detectors/sigma/placeholders.ts';
import { type RuleFile, readRuleFiles } from './detectors/sigma/read-files.ts';
import type { LoadedRules } from './detectors/sigma/rule-set.ts';
import type { RuleOverride, RuleSelection } from './detectors/sigma/tuning.ts';
import { honeyRules } from './honey.ts';
import { AppError } from './kit/errors.ts';

/** Where the rules that come with the program lie. */
export const BUNDLED_RULES = join(import.meta.dirname, '..', 'rules');

/** Rules besides a configuration's. */
export interface FurtherRules {
  /** Files, folders or archives, behind the others. */
  readonly paths?: readonly string[];
  /** Rules made by the program itself. */
  readonly made?: readonly RuleFile[];
  /** Files whose rules take the place of those with the same id. */
  readonly instead?: readonly RuleFile[];
}

type Change = Config['rules']['overrides'][string];

/**
 * Every rule file of a configuration. A path of the configuration that cannot be read is told as CONFIG_RULES, one of `paths` thrown as
 * RULES_READ.
 */
export function ruleFilesOf(
  config: Config,
  paths: readonly string[] = [],
  unread: (error: AppError) => void = (error) => {
    throw error;
  },
): RuleFile[] {
  const { rules } = config;
  return [
    ...(rules.bundled ? readRuleFiles([BUNDLED_RULES]) : []),
    // What its own authors no longer stand behind is in downloaded packs for the record only.
    ...configuredFiles(rules.paths, unread).filter((file) => rules.retired || !isRetired(file.text)),
    ...readRuleFiles(paths),
    ...honeyRules(rules.honey),
  ];
}

/** A path of the configuration that cannot be read is a fault of the configuration; the others are read. */
function configuredFiles(paths: readonly string[], unread: (error: AppError) => void): RuleFile[] {
  return paths.flatMap((path) => {
    try {
      return readRuleFiles([path]);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      unread(
        new AppError('CONFIG_RULES', {
          message: `rules.paths: ${error.message}`,
          ...(error.hint === null ? {} : { hint: error.hint }),
        }),
      );
      return [];
    }
  });
}

/** The rules in use; broken ones, and paths of the configuration that cannot be read, are listed instead. Throws RULES_READ. */
export function rulesInUse(config: Config, further: FurtherRules = {}): LoadedRules {
  const instead = further.instead ?? [];
  const unread: AppError[] = [];
  const files = ruleFilesOf(config, further.paths, (error) => void unread.push(error));
  const read = loadRules([...instead, ...files, ...(further.made ?? [])], loadOptionsOf(config));
  const loaded = unread.length === 0 ? read : { ...read, errors: [...unread, ...read.errors] };
  if (instead.length === 0) return loaded;
  const own = new Set(
    loaded.set.loaded.filter(({ path }) => instead.some((file) => file.path === path)).map(({ id }) => id),
  );
  const replaced = (message: string): boolean => [...own].some((id) => message.includes(id));
  return {
    ...loaded,
    errors: loaded.errors.filter((error) => error.code !== 'SIGMA_DUPLICATE' || !replaced(error.message)),
  };
}

/** Changes of the configuration that no rule is meant by: a name mistyped, a tag that none has. */
export function idleChanges(config: Config, { unused }: LoadedRules): AppError[] {
  const { tune } = config.rules;
  return [
    ...unused.overrides.map((name) => `rules.overrides.${name}`),
    ...unused.select.map((at) => `rules.tune[${at}] (${JSON.stringify(tune[at]?.for)})`),
  ].map(
    (what) =>
      new AppError('CONFIG_RULES', {
        message: `${what} is about no rule in use`,
        hint: '`bekci rules list --all` lists names, ids and tags',
      }),
  );
}

/** What a configuration changes of rules. */
export function loadOptionsOf(config: Config): NonNullable<Parameters<typeof loadRules>[1]> {
  const { overrides, tune, placeholders } = config.rules;
  return {
    overrides: Object.fromEntries(Object.entries(overrides).map(([id, change]) => [id, changeOf(change)])),
    select: tune.map(
      ({ for: { level, ...chosen }, ...change }): RuleSelection => ({
        ...changeOf(change),
        ...chosen,
        levels: level,
      }),
    ),
    ...(placeholders === undefined ? {} : { placeholders: placeholderFolder(placeholders) }),
  };
}

function changeOf(change: Change): RuleOverride {
  return {
    enabled: change.enabled,
    level: change.level,
    action: change.action,
    observe: change.mode === undefined ? undefined : change.mode === 'observe',
    banSeconds: change.ban,
    threshold: change.threshold,
    timespanMs: change.timespan === undefined ? undefined : change.timespan * 1000,
  };
}

/** Whether every document of a file says that it is deprecated or unsupported. */
function isRetired(text: string): boolean {
  const found = text.match(/^status:.*$/gm) ?? [];
  return found.length > 0 && found.every((each) => /^status:\s*['"]?(?:deprecated|unsupported)\b/.test(each));
}

/** The first path of the configuration that could not be read, if any. */
export function unreadPath({ errors }: LoadedRules): AppError | undefined {
  return errors.find(({ code }) => code === 'CONFIG_RULES');
}
