/** Reads and validates the configuration file; every fault says file, line, column, and what to do. */
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { AppError, type ErrorPlace } from '../kit/errors.ts';
import { faultWords } from './fault-words.ts';
import { type Config, configSchema } from './schema.ts';

/** More faults at once help nobody: the first ones cause the rest. */
const MAX_FAULTS = 20;
const MAX_MESSAGE = 200;

/** Several faults at once. */
export class ConfigError extends AppError {
  readonly all: readonly AppError[];

  constructor(all: readonly AppError[]) {
    const first = all[0]!;
    super(first.code, {
      message: first.message,
      ...(first.hint === null ? {} : { hint: first.hint }),
      ...(first.at === null ? {} : { at: first.at }),
    });
    this.all = all;
  }
}

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
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
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
  const result = configSchema.safeParse(withoutEmpty(document.toJS({ maxAliasCount: 100 }) ?? {}));
  if (result.success) return result.data;
  const faults = result.error.issues
    .flatMap((issue) => flatten(issue))
    .map((issue) => {
      const node = nodeAt(document.contents as Node | null, issue.path);
      const at = node?.range === undefined || node.range === null ? { file } : place(node.range[0]);
      return faultOf(issue, at);
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

function faultOf(issue: Issue, at: ErrorPlace): AppError {
  const name = issue.path.map(String).join('.');
  const unknown = issue.unknown[0];
  if (unknown === undefined)
    return new AppError('CONFIG_VALUE', {
      message: `${name === '' ? 'the configuration' : `\`${name}\``}: ${issue.message}`,
      hint: `see \`bekci config explain${settingOf(issue.path)}\``,
      at,
    });
  const near = nearest(unknown, knownKeys(issue.path.slice(0, -1)));
  return new AppError('CONFIG_UNKNOWN_KEY', {
    message: `unknown key \`${name}\``,
    hint: near === null ? 'see `bekci config explain` for the keys there are' : `did you mean \`${near}\`?`,
    at,
  });
}

/** The setting as `config explain` names it: without places in lists. */
function settingOf(path: readonly PropertyKey[]): string {
  const list = path.findIndex((part) => typeof part === 'number');
  const name = path.slice(0, list < 0 ? undefined : list).join('.');
  return name === '' ? '' : ` ${name}`;
}

/** Keys the schema knows at a place; empty inside lists, where the type decides. */
function knownKeys(path: readonly PropertyKey[]): string[] {
  let schema: unknown = configSchema;
  for (const key of path) schema = shapeOf(schema)?.[String(key)];
  return Object.keys(shapeOf(schema) ?? {});
}

function shapeOf(schema: unknown): Record<string, unknown> | null {
  let inner = schema as { shape?: Record<string, unknown>; _zod?: { def?: { innerType?: unknown } } } | undefined;
  for (let n = 0; n < 8 && inner !== undefined && inner.shape === undefined; n++)
    inner = inner._zod?.def?.innerType as typeof inner;
  return inner?.shape ?? null;
}

function nearest(word: string, known: readonly string[]): string | null {
  const ranked = known.map((each) => ({ each, away: distance(word, each) })).sort((a, b) => a.away - b.away)[0];
  return ranked !== undefined && ranked.away <= Math.max(2, word.length / 3) ? ranked.each : null;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1));
    row = next;
  }
  return row[b.length]!;
}

function nodeAt(root: Node | null, path: readonly PropertyKey[]): Node | null {
  let node: Node | null = root;
  let best: Node | null = root;
  for (const key of path) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
      if (pair === undefined) return best;
      best = pair.key as Node;
      node = pair.value as Node | null;
    } else if (isSeq(node)) {
      node = node.items[Number(key)] as Node | null;
      best = node ?? best;
    } else {
      return best;
    }
  }
  return best;
}
