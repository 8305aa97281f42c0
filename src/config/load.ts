/** Reads and validates the configuration file; every fault says file, line, column, and what to do. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Node } from 'yaml';
import type { z } from 'zod';
import { AppError, type ErrorPlace } from '../kit/errors.ts';
import { type Language, t } from '../kit/messages/messages.ts';
import { yaml } from '../kit/yaml.ts';
import { ConfigError } from './config-error.ts';
import { faultWords } from './fault-words.ts';
import { nearest } from './nearest.ts';
import { type Config, configSchema } from './schema.ts';
import { keysAt, wordsAt } from './schema-keys.ts';

/** More faults at once help nobody: the first ones cause the rest. */
const MAX_FAULTS = 20;
const MAX_MESSAGE = 200;

/** Where a configuration is looked for, in this order. */
export function configPlaces(): string[] {
  const named = process.env.BEKCI_CONFIG;
  return [
    ...(named === undefined ? [] : [named]),
    '/etc/bekci/bekci.yaml',
    join(process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'), 'bekci', 'bekci.yaml'),
  ];
}

/** The configuration of a file, of the first place that has one, or the defaults. Throws ConfigError. */
export function loadConfig(path: string | null): { readonly config: Config; readonly path: string | null } {
  const found = path ?? configPlaces().find((place) => existsSync(place)) ?? null;
  if (found === null) return { config: configSchema.parse({}), path: null };
  let text: string;
  try {
    text = readFileSync(found, 'utf8');
  } catch (cause) {
    throw new ConfigError([
      new AppError('CONFIG_READ', {
        message: `cannot read the configuration ${found}: ${(cause as Error).message}`,
        hint: 'check the name and the permissions',
        cause,
      }),
    ]);
  }
  return { config: parseConfig(text, found), path: found };
}

/** Validates YAML text. Throws ConfigError with every fault in it. */
export function parseConfig(text: string, file: string): Config {
  const lines = new (yaml().LineCounter)();
  const document = yaml().parseDocument(text, { lineCounter: lines });
  const place = (offset: number): ErrorPlace => {
    const at = lines.linePos(offset);
    return { file, line: at.line, column: at.col };
  };
  if (document.errors.length > 0) {
    throw new ConfigError(
      document.errors.slice(0, MAX_FAULTS).map(
        (error) =>
          new AppError('CONFIG_YAML', {
            // The place stands before the message, and what was found there may be anything.
            message: (error.message.split('\n')[0] ?? '')
              .replace(/ at line \d+, column \d+:?$/, '')
              .slice(0, MAX_MESSAGE),
            hint: 'check indentation, colons and quotes',
            at: place(error.pos[0]),
          }),
      ),
    );
  }
  const value: unknown = withoutEmpty(document.toJS({ maxAliasCount: 100 }) ?? {});
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const language = valueAt(value, ['language']) === 'tr' ? 'tr' : 'en';
  const faults = result.error.issues
    .flatMap((issue) => flatten(issue))
    .flatMap((issue) => untangle(issue, value))
    .map((issue) => {
      const node = nodeAt(document.contents as Node | null, issue.path);
      const at = node?.range === undefined || node.range === null ? { file } : place(node.range[0]);
      return faultOf(issue, at, value, language);
    });
  throw new ConfigError(faults.slice(0, MAX_FAULTS));
}

/** A key with nothing behind it, such as a section whose lines are all commented out, is as good as absent. */
function withoutEmpty(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutEmpty);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([, each]) => each !== null);
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutEmpty(each)]));
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly unknown: readonly string[];
}

/** One entry a fault; of a union's alternatives the one that got furthest. */
function flatten(issue: z.core.$ZodIssue, base: readonly PropertyKey[] = []): Issue[] {
  const path = [...base, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: [...path, key], message: '', unknown: [key] }));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const deepest = issue.errors.toSorted((a, b) => depth(b) - depth(a))[0]!;
    if (depth(deepest) > 0) return deepest.flatMap((each) => flatten(each, path));
  }
  return [{ path, message: faultWords(issue), unknown: [] }];
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length + (issue.code === 'unrecognized_keys' ? 1 : 0)));
}

/**
 * Of an entry whose `type` nothing is known by, or of which no alternative fits: its misspelt keys, where it has any, as these say
 * more than that something is missing.
 */
function untangle(issue: Issue, value: unknown): Issue[] {
  if (issue.unknown.length > 0) return [issue];
  const isType = issue.path.at(-1) === 'type' && valueAt(value, issue.path) === undefined;
  const path = isType ? issue.path.slice(0, -1) : issue.path;
  const entry = valueAt(value, path);
  if (typeof entry !== 'object' || entry === null || Array.isArray(entry)) return [issue];
  const known = keysAt(path, value);
  const wrong = Object.keys(entry).filter((key) => known.length > 0 && !known.includes(key));
  return wrong.length === 0 ? [issue] : wrong.map((key) => ({ path: [...path, key], message: '', unknown: [key] }));
}

function faultOf(issue: Issue, at: ErrorPlace, value: unknown, language: Language): AppError {
  const name = issue.path.map(String).join('.');
  const unknown = issue.unknown[0];
  if (unknown === undefined) {
    const given = valueAt(value, issue.path);
    const near = typeof given === 'string' ? nearest(given, wordsAt(issue.path, value)) : null;
    return new AppError('CONFIG_VALUE', {
      message: `${name === '' ? t(language, 'config.whole') : `\`${name}\``}: ${issue.message}`,
      hint:
        near === null
          ? t(language, 'config.explain', { setting: settingOf(issue.path) })
          : t(language, 'config.nearest', { near }),
      at,
    });
  }
  const near = nearest(unknown, keysAt(issue.path.slice(0, -1), value));
  return new AppError('CONFIG_UNKNOWN_KEY', {
    message: t(language, 'config.unknown', { name }),
    hint: near === null ? t(language, 'config.keys') : t(language, 'config.nearest', { near }),
    at,
  });
}

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  let value = root;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  return value;
}

/** The setting as `config explain` names it: without places in lists. */
function settingOf(path: readonly PropertyKey[]): string {
  const list = path.findIndex((part) => typeof part === 'number');
  const name = path.slice(0, list < 0 ? undefined : list).join('.');
  return name === '' ? '' : ` ${name}`;
}

function nodeAt(root: Node | null, path: readonly PropertyKey[]): Node | null {
  let node: Node | null = root;
  let best: Node | null = root;
  for (const key of path) {
    if (yaml().isMap(node)) {
      const pair = node.items.find((item) => yaml().isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) return best;
      best = pair.key as Node;
      node = pair.value as Node | null;
    } else if (yaml().isSeq(node)) {
      node = node.items[Number(key)] as Node | null;
      best = node ?? best;
    } else {
      return best;
    }
  }
  return best;
}
