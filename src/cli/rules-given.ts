/** The rules and cases that a `rules` verb is about: what its arguments name, on top of the configuration's. */

import { statSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { loadConfig } from '../config/load.ts';
import { type Config, configSchema } from '../config/schema.ts';
import { type RuleFile, readRuleFiles } from '../detectors/sigma/read-files.ts';
import type { LoadedRules, RuleSet } from '../detectors/sigma/rule-set.ts';
import { BUNDLED_RULES, ruleFilesOf, rulesInUse } from '../rules-in-use.ts';
import { caseFilesOf, idsByName, type RuleCase, readCases } from '../workbench/cases.ts';

/** Rules, and the cases that speak of them. */
export interface GivenRules {
  readonly config: Config;
  readonly loaded: LoadedRules;
  /** Every file that was read. */
  readonly files: readonly RuleFile[];
  readonly cases: readonly RuleCase[];
  /** Whether a rule (by id) is one the arguments name; true for all when they name none. */
  isMeant(id: string): boolean;
}

/** With `config` undefined the machine's own settings do not matter: only what is bundled and named. */
export function rulesGiven(paths: readonly string[], config: string | undefined): GivenRules {
  const settings = config === undefined ? configSchema.parse({}) : loadConfig(config).config;
  return rulesWith(settings, paths);
}

/** The rules of a configuration and those the paths name. */
export function rulesWith(config: Config, paths: readonly string[]): GivenRules {
  // A file of cases alone is about the rules beside it.
  const rulePaths = [...new Set(paths.map((path) => (/\.cases\.ya?ml$/.test(path) ? dirname(path) : path)))];
  const further = rulePaths.filter((path) => !isBundled(path));
  const instead = readRuleFiles(further);
  const loaded = rulesInUse(config, { instead });
  const files = [...instead, ...ruleFilesOf(config)];
  const where = paths.length === 0 ? [BUNDLED_RULES, ...config.rules.paths] : paths;
  const isMeant = meant(rulePaths, loaded.set);
  const cases = readCases(caseFilesOf(where.filter((path) => !/\.(?:zip|tar|tgz|tar\.gz)$/.test(path))));
  const ids = idsByName(loaded.set);
  const named = (each: RuleCase): string[] => [...Object.keys(each.fires ?? {}), ...(each.silent ?? [])];
  // Of a folder or a file of cases all are meant; of a rule file those of its own name, and those that speak of its rules.
  const whole = where.filter((path) => /\.cases\.ya?ml$/.test(path) || isFolder(path)).map((path) => resolve(path));
  const own = where.map((path) => resolve(path.replace(/\.ya?ml$/, '.cases.yml')));
  const isOwn = (file: string): boolean =>
    own.includes(resolve(file)) || whole.some((path) => !relative(path, resolve(file)).startsWith('..'));
  return {
    config,
    loaded,
    files,
    cases: cases.filter((each) => isOwn(each.file) || named(each).some((name) => isMeant(ids.get(name) ?? ''))),
    isMeant,
  };
}

function meant(paths: readonly string[], set: RuleSet): (id: string) => boolean {
  if (paths.length === 0) return () => true;
  const roots = paths.map((path) => resolve(path));
  const archives = paths.filter((path) => /\.(?:zip|tar|tgz|tar\.gz)$/.test(path));
  const ids = new Set(
    set.loaded
      .filter(
        ({ path }) =>
          roots.some((root) => !relative(root, resolve(path)).startsWith('..')) ||
          (archives.length > 0 && !isBundled(path)),
      )
      .map(({ id }) => id),
  );
  return (id) => ids.has(id);
}

function isBundled(path: string): boolean {
  return !relative(BUNDLED_RULES, resolve(path)).startsWith('..');
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
