/** Sigma YAML to documents, strictly: what is not understood is an error with file, line, column and key, never ignored. */
import { isMap, isScalar, isSeq, LineCounter, type Node, parseAllDocuments, type YAMLMap } from 'yaml';
import { AppError, type ErrorPlace, fail } from '../../kit/errors.ts';
import { LEVELS, type Level, type RuleAction } from '../../model/detection.ts';
import type { CorrelationRule, EventRule, Item, RuleHead, Scalar, Search, SigmaRule } from './ast.ts';
import { ConditionError, parseCondition } from './condition.ts';

/** Largest rule file read. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Points into one file. */
interface Source {
  readonly file: string;
  readonly lines: LineCounter;
}

/** All documents of one file. Throws AppError at the first fault. */
export function parseSigma(text: string, file: string): SigmaRule[] {
  if (text.length > MAX_BYTES) fail('SIGMA_TOO_LARGE', { message: 'the rule file is larger than 4 MiB', at: { file } });
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, maxAliasCount: 100 } as Parameters<
    typeof parseAllDocuments
  >[1]);
  const source: Source = { file, lines };
  const rules: SigmaRule[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const error = document.errors[0];
    if (error !== undefined) {
      const at = lines.linePos(error.pos[0]);
      fail('SIGMA_YAML', {
        message: error.message.split('\n')[0] ?? 'bad YAML',
        at: { file, line: at.line, column: at.col },
      });
    }
    if (document.contents === null) continue;
    if (!isMap(document.contents))
      fail('SIGMA_FORM', { message: 'a Sigma document is a map of keys', at: placeOf(source, document.contents) });
    rules.push(
      parseDocument(document.contents, document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>, source),
    );
  }
  if (rules.length === 0) fail('SIGMA_EMPTY', { message: 'the file holds no rule', at: { file } });
  return rules;
}

function parseDocument(map: YAMLMap, raw: Record<string, unknown>, source: Source): SigmaRule {
  const keyAt = (...path: string[]): ErrorPlace => placeOf(source, nodeAt(map, path) ?? map);
  try {
    if (raw.action !== undefined && raw.detection === undefined && raw.correlation === undefined) {
      return fail('SIGMA_ACTION', {
        message: '`action: global/repeat/reset` was removed from Sigma',
        hint: 'write each rule out, or use several documents with their own ids',
        at: keyAt('action'),
      });
    }
    const head = parseHead(raw, placeOf(source, map), keyAt);
    if (raw.correlation !== undefined) return parseCorrelation(raw.correlation, head, keyAt);
    if (raw.filter !== undefined) {
      return fail('SIGMA_FILTER', {
        message: 'filter documents are not supported yet',
        hint: 'use rules.overrides in the configuration, or a `not` search in the rule',
        at: keyAt('filter'),
      });
    }
    return parseEventRule(raw, head, keyAt);
  } catch (error) {
    if (error instanceof ConditionError)
      return fail('SIGMA_CONDITION', { message: error.message, at: keyAt('detection', 'condition') });
    throw error;
  }
}

type KeyAt = (...path: string[]) => ErrorPlace;

function parseHead(raw: Record<string, unknown>, place: ErrorPlace, keyAt: KeyAt): RuleHead {
  const title = raw.title;
  if (typeof title !== 'string' || title === '')
    return fail('SIGMA_TITLE', { message: 'a rule needs a `title`', at: keyAt('title') });
  const level = (raw.level ?? 'medium') as Level;
  if (!LEVELS.includes(level))
    fail('SIGMA_LEVEL', {
      message: `\`level: ${String(raw.level)}\` is none of ${LEVELS.join(', ')}`,
      at: keyAt('level'),
    });
  const id = typeof raw.id === 'string' ? raw.id : typeof raw.name === 'string' ? raw.name : title;
  const own = (raw.bekci ?? {}) as Record<string, unknown>;
  for (const key of Object.keys(own)) {
    if (key !== 'action' && key !== 'ban')
      fail('SIGMA_BEKCI', {
        message: `unknown key \`bekci.${key}\``,
        hint: 'known are action and ban',
        at: keyAt('bekci', key),
      });
  }
  const action = (own.action ?? 'alert') as RuleAction;
  if (action !== 'alert' && action !== 'ban' && action !== 'observe')
    fail('SIGMA_BEKCI', { message: '`bekci.action` is alert, ban or observe', at: keyAt('bekci', 'action') });
  return {
    id,
    name: typeof raw.name === 'string' ? raw.name : null,
    title,
    level,
    status: typeof raw.status === 'string' ? raw.status : null,
    tags: Array.isArray(raw.tags) ? raw.tags.map(String) : [],
    action,
    banSeconds: own.ban === undefined ? null : parseTimespan(own.ban, () => keyAt('bekci', 'ban')) / 1000,
    place,
  };
}

function parseEventRule(raw: Record<string, unknown>, head: RuleHead, keyAt: KeyAt): EventRule {
  const logsource = raw.logsource;
  if (typeof logsource !== 'object' || logsource === null)
    return fail('SIGMA_LOGSOURCE', { message: 'a rule needs a `logsource`', at: keyAt('logsource') });
  const detection = raw.detection as Record<string, unknown> | undefined;
  if (typeof detection !== 'object' || detection === null || Array.isArray(detection)) {
    return fail('SIGMA_DETECTION', { message: 'a rule needs a `detection` map', at: keyAt('detection') });
  }
  const searches = new Map<string, Search>();
  for (const [name, value] of Object.entries(detection)) {
    if (name === 'condition' || name === 'timeframe') continue;
    searches.set(
      name,
      parseSearch(value, (...path) => keyAt('detection', name, ...path)),
    );
  }
  const conditions = Array.isArray(detection.condition) ? detection.condition : [detection.condition];
  if (conditions.some((condition) => typeof condition !== 'string')) {
    return fail('SIGMA_CONDITION', {
      message: '`detection.condition` must be text',
      at: keyAt('detection', 'condition'),
    });
  }
  const names = [...searches.keys()];
  const parsed = conditions.map((condition) => parseCondition(condition as string, names));
  const part = (key: string): string | null => {
    const value = (logsource as Record<string, unknown>)[key];
    return typeof value === 'string' ? value.toLowerCase() : null;
  };
  return {
    ...head,
    type: 'rule',
    logsource: { product: part('product'), service: part('service'), category: part('category') },
    searches,
    condition: parsed.length === 1 ? parsed[0]! : { op: 'or', of: parsed },
  };
}

function parseSearch(value: unknown, at: KeyAt): Search {
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every((each) => typeof each === 'object' && each !== null && !Array.isArray(each))) {
      return value.map((each, index) =>
        parseMap(each as Record<string, unknown>, (...path) => at(String(index), ...path)),
      );
    }
    return [
      [{ field: null, modifiers: [], values: value.map((each) => scalar(each, at)), key: 'keywords', place: at() }],
    ];
  }
  if (typeof value === 'object' && value !== null) return [parseMap(value as Record<string, unknown>, at)];
  return [[{ field: null, modifiers: [], values: [scalar(value, at)], key: 'keywords', place: at() }]];
}

function parseMap(map: Record<string, unknown>, at: KeyAt): Item[] {
  return Object.entries(map).map(([key, value]) => {
    const [field, ...modifiers] = key.split('|');
    const values = (Array.isArray(value) ? value : [value]).map((each) => scalar(each, () => at(key)));
    return { field: field === '' || field === undefined ? null : field, modifiers, values, key, place: at(key) };
  });
}

function scalar(value: unknown, at: () => ErrorPlace): Scalar {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (value instanceof Date) return value.toISOString();
  return fail('SIGMA_VALUE', { message: 'a value must be text, a number, true, false or null', at: at() });
}

const KINDS = ['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const;
const CORRELATION_KEYS = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];

function parseCorrelation(value: unknown, head: RuleHead, keyAt: KeyAt): CorrelationRule {
  const at = (key: string): ErrorPlace => keyAt('correlation', key);
  if (typeof value !== 'object' || value === null)
    return fail('SIGMA_CORRELATION', { message: '`correlation` is a map', at: keyAt('correlation') });
  const raw = value as Record<string, unknown>;
  for (const key of Object.keys(raw)) {
    if (!CORRELATION_KEYS.includes(key))
      fail('SIGMA_CORRELATION', {
        message: `unknown key \`correlation.${key}\``,
        hint: `known are ${CORRELATION_KEYS.join(', ')}`,
        at: at(key),
      });
  }
  const kind = raw.type as CorrelationRule['kind'];
  if (!KINDS.includes(kind))
    fail('SIGMA_CORRELATION_TYPE', {
      message: `correlation type \`${String(raw.type)}\` is none of ${KINDS.join(', ')}`,
      at: at('type'),
    });
  const rules = (Array.isArray(raw.rules) ? raw.rules : [raw.rules]).map(String);
  if (raw.rules === undefined || rules.length === 0)
    fail('SIGMA_CORRELATION', { message: 'a correlation needs `rules`', at: at('rules') });
  const temporal = kind === 'temporal' || kind === 'temporal_ordered';
  const { threshold, fields } = parseThreshold(raw.condition, temporal, at);
  if (kind === 'value_count' && fields.length === 0)
    fail('SIGMA_CORRELATION', { message: 'value_count needs `condition.field`', at: at('condition') });
  const aliases = new Map<string, ReadonlyMap<string, string>>();
  for (const [alias, fieldOfRule] of Object.entries((raw.aliases ?? {}) as Record<string, Record<string, string>>)) {
    aliases.set(alias, new Map(Object.entries(fieldOfRule)));
  }
  return {
    ...head,
    type: 'correlation',
    kind,
    rules,
    groupBy:
      raw['group-by'] === undefined
        ? []
        : (Array.isArray(raw['group-by']) ? raw['group-by'] : [raw['group-by']]).map(String),
    timespanMs: parseTimespan(raw.timespan, () => at('timespan')),
    threshold,
    valueFields: fields,
    aliases,
    generate: raw.generate === true,
  };
}

function parseThreshold(
  value: unknown,
  temporal: boolean,
  at: (key: string) => ErrorPlace,
): { threshold: number; fields: string[] } {
  if (value === undefined && temporal) return { threshold: 0, fields: [] };
  if (typeof value !== 'object' || value === null)
    return fail('SIGMA_CORRELATION', {
      message: 'a correlation needs `condition`, e.g. {gte: 5}',
      at: at('condition'),
    });
  const raw = value as Record<string, unknown>;
  const fields = raw.field === undefined ? [] : (Array.isArray(raw.field) ? raw.field : [raw.field]).map(String);
  for (const [key, bound] of Object.entries(raw)) {
    if (key === 'field') continue;
    if (!['gt', 'gte', 'lt', 'lte', 'eq', 'neq'].includes(key))
      fail('SIGMA_CORRELATION', { message: `unknown comparison \`${key}\``, at: at('condition') });
    if (typeof bound !== 'number' || !Number.isFinite(bound))
      fail('SIGMA_CORRELATION', { message: `\`${key}\` needs a number`, at: at('condition') });
  }
  const least =
    typeof raw.gte === 'number'
      ? Math.ceil(raw.gte)
      : typeof raw.gt === 'number'
        ? Math.floor(raw.gt) + 1
        : typeof raw.eq === 'number'
          ? raw.eq
          : null;
  if (least === null) {
    return fail('SIGMA_CORRELATION', {
      message: 'a stream can only tell when a count is reached',
      hint: 'use gte, gt or eq',
      at: at('condition'),
    });
  }
  if (least < 1 || least > 100_000)
    fail('SIGMA_CORRELATION', { message: 'the count must lie between 1 and 100,000', at: at('condition') });
  return { threshold: least, fields };
}

const UNITS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  M: 2_592_000_000,
  y: 31_536_000_000,
};

/** Sigma timespan (`10m`, `24h`) in ms. */
export function parseTimespan(value: unknown, at: () => ErrorPlace): number {
  const found = typeof value === 'string' ? /^(\d{1,6})([smhdwMy])$/.exec(value.trim()) : null;
  if (found === null)
    return fail('SIGMA_TIMESPAN', {
      message: `\`${String(value)}\` is no time span`,
      hint: 'write a number and s, m, h, d, w, M or y: 10m',
      at: at(),
    });
  return Number(found[1]) * UNITS[found[2]!]!;
}

function nodeAt(map: YAMLMap, path: readonly string[]): Node | null {
  let node: Node | null = map;
  let last: Node | null = map;
  for (const key of path) {
    if (isSeq(node)) {
      node = (node.items[Number(key)] as Node | undefined) ?? null;
      continue;
    }
    if (!isMap(node)) return last;
    const pair = node.items.find((item) => isScalar(item.key) && item.key.value === key);
    if (pair === undefined) return last;
    last = pair.key as Node;
    node = pair.value as Node | null;
  }
  return last;
}

function placeOf(source: Source, node: Node): ErrorPlace {
  const start = node.range?.[0];
  if (start === undefined) return { file: source.file };
  const at = source.lines.linePos(start);
  return { file: source.file, line: at.line, column: at.col };
}

/** True for the errors this file throws. */
export function isSigmaError(error: unknown): error is AppError {
  return error instanceof AppError && error.code.startsWith('SIGMA_');
}
