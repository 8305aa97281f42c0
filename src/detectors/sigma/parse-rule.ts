/** Heads, event rules and filters: their keys read and checked. Sigma rules and filters specifications 2.1. */
import { type ErrorPlace, fail } from '../../kit/errors.ts';
import { LEVELS, type Level, type RuleAction } from '../../model/detection.ts';
import type { Condition, EventRule, FilterRule, Item, Logsource, RuleHead, Scalar, Search } from './ast.ts';
import { holdsWithout, namesUsed, parseCondition } from './condition.ts';
import { obsoleteHint } from './obsolete.ts';
import type { KeyAt, Warn } from './places.ts';
import { parseTimespan } from './timespan.ts';

/** Keys of the specification at the top of a document, and our own. Others are free, so only a near miss is worth a word. */
const KNOWN_KEYS = [
  'title',
  'id',
  'name',
  'related',
  'taxonomy',
  'status',
  'description',
  'license',
  'references',
  'author',
  'date',
  'modified',
  'logsource',
  'detection',
  'correlation',
  'filter',
  'fields',
  'falsepositives',
  'level',
  'tags',
  'scope',
  'bekci',
];
/** What a rule may say of its state. */
export const STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];
/** How a rule may be related to another. */
export const RELATIONS = ['derived', 'obsolete', 'obsoletes', 'merged', 'renamed', 'similar', 'correlation'];
/** Names our events and Sigma's own taxonomy use. */
const TAXONOMIES = ['sigma', 'ecs'];

/** The keys every document has. */
export function parseHead(raw: Record<string, unknown>, place: ErrorPlace, keyAt: KeyAt, warn: Warn): RuleHead {
  const title = raw.title;
  if (typeof title !== 'string' || title === '')
    return fail('SIGMA_TITLE', { message: 'a rule needs a `title`', at: keyAt('title') });
  const level = (raw.level ?? 'medium') as Level;
  if (!LEVELS.includes(level))
    fail('SIGMA_LEVEL', {
      message: `\`level: ${String(raw.level)}\` is none of ${LEVELS.join(', ')}`,
      at: keyAt('level'),
    });
  checkMeta(raw, keyAt, warn);
  const id = typeof raw.id === 'string' ? raw.id : typeof raw.name === 'string' ? raw.name : title;
  return {
    id,
    name: typeof raw.name === 'string' ? raw.name : null,
    title,
    level,
    status: typeof raw.status === 'string' ? raw.status : null,
    tags: Array.isArray(raw.tags) ? raw.tags.map(String) : [],
    description: typeof raw.description === 'string' ? raw.description.trim() : null,
    falsepositives: Array.isArray(raw.falsepositives) ? raw.falsepositives.map(String) : [],
    ...parseOwn((raw.bekci ?? {}) as Record<string, unknown>, keyAt),
    place,
  };
}

function parseOwn(
  own: Record<string, unknown>,
  keyAt: KeyAt,
): Pick<RuleHead, 'action' | 'banSeconds' | 'blamesValues'> {
  for (const key of Object.keys(own)) {
    if (key !== 'action' && key !== 'ban' && key !== 'blame')
      fail('SIGMA_BEKCI', {
        message: `unknown key \`bekci.${key}\``,
        hint: 'known are action, ban and blame',
        at: keyAt('bekci', key),
      });
  }
  const action = (own.action ?? 'alert') as RuleAction;
  if (action !== 'alert' && action !== 'ban' && action !== 'observe')
    fail('SIGMA_BEKCI', { message: '`bekci.action` is alert, ban or observe', at: keyAt('bekci', 'action') });
  const banSeconds = own.ban === undefined ? null : parseTimespan(own.ban, () => keyAt('bekci', 'ban')) / 1000;
  if (own.blame !== undefined && own.blame !== 'values')
    fail('SIGMA_BEKCI', {
      message: '`bekci.blame` is `values`: each address that a value_count counts is blamed by itself',
      at: keyAt('bekci', 'blame'),
    });
  return { action, banSeconds, blamesValues: own.blame === 'values' };
}

function checkMeta(raw: Record<string, unknown>, keyAt: KeyAt, warn: Warn): void {
  if (raw.taxonomy !== undefined && !TAXONOMIES.includes(String(raw.taxonomy)))
    fail('SIGMA_TAXONOMY', {
      message: `the taxonomy \`${String(raw.taxonomy)}\` is not known`,
      hint: `use the field names of Sigma or of ECS (taxonomy: ${TAXONOMIES.join(' or ')})`,
      at: keyAt('taxonomy'),
    });
  if (raw.status !== undefined && !STATUSES.includes(String(raw.status)))
    warn('SIGMA_STATUS', `\`status: ${String(raw.status)}\` is none of ${STATUSES.join(', ')}`, keyAt('status'));
  if (raw.tags !== undefined && !Array.isArray(raw.tags)) warn('SIGMA_TAGS', '`tags` is a list', keyAt('tags'));
  for (const [index, each] of (Array.isArray(raw.related) ? raw.related : []).entries()) {
    const { type } = (each ?? {}) as { readonly type?: unknown };
    if (!RELATIONS.includes(String(type)))
      warn(
        'SIGMA_RELATED',
        `\`type: ${String(type)}\` is none of ${RELATIONS.join(', ')}`,
        keyAt('related', `${index}`, 'type'),
      );
  }
  for (const key of Object.keys(raw)) {
    const meant = KNOWN_KEYS.includes(key) ? undefined : KNOWN_KEYS.find((known) => isNear(key.toLowerCase(), known));
    if (meant !== undefined && raw[meant] === undefined)
      warn('SIGMA_KEY', `\`${key}\` is no key of Sigma and does nothing`, keyAt(key), `did you mean \`${meant}\`?`);
  }
}

/** One letter too many, too few, wrong, or two swapped. */
function isNear(one: string, other: string): boolean {
  if (one === other) return true;
  if (Math.abs(one.length - other.length) > 1 || other.length < 4) return false;
  let i = 0;
  while (i < one.length && one[i] === other[i]) i++;
  const rest = (text: string, from: number): string => text.slice(from);
  return (
    rest(one, i + 1) === rest(other, i + 1) ||
    rest(one, i + 1) === rest(other, i) ||
    rest(one, i) === rest(other, i + 1) ||
    (one[i] === other[i + 1] && one[i + 1] === other[i] && rest(one, i + 2) === rest(other, i + 2))
  );
}

/** An event rule. Throws AppError and ConditionError. */
export function parseEventRule(raw: Record<string, unknown>, head: RuleHead, keyAt: KeyAt, warn: Warn): EventRule {
  if (head.blamesValues)
    fail('SIGMA_BEKCI', { message: '`bekci.blame` is for correlations', at: keyAt('bekci', 'blame') });
  const logsource = parseLogsource(raw.logsource, keyAt);
  const detection = raw.detection as Record<string, unknown> | undefined;
  if (typeof detection !== 'object' || detection === null || Array.isArray(detection)) {
    return fail('SIGMA_DETECTION', { message: 'a rule needs a `detection` map', at: keyAt('detection') });
  }
  const pipe = [detection.condition].flat().find((each) => typeof each === 'string' && each.includes('|'));
  if (pipe !== undefined)
    fail('SIGMA_PIPE', {
      message: 'the pipe aggregation was removed from Sigma in version 2; a correlation document says the same',
      hint: obsoleteHint(pipe as string, detection, head),
      at: keyAt('detection', 'condition'),
    });
  const { searches, condition } = parseDetection(detection, 'detection', ['condition', 'timeframe'], keyAt, warn);
  if (detection.timeframe !== undefined)
    warn(
      'SIGMA_TIMEFRAME',
      '`timeframe` does nothing without an aggregation',
      keyAt('detection', 'timeframe'),
      'write a correlation document with a `timespan`',
    );
  return { ...head, type: 'rule', logsource, searches, condition };
}

/** A filter document. Throws AppError and ConditionError. */
export function parseFilter(raw: Record<string, unknown>, head: RuleHead, keyAt: KeyAt, warn: Warn): FilterRule {
  const logsource = parseLogsource(raw.logsource, keyAt);
  const filter = raw.filter as Record<string, unknown>;
  if (typeof filter !== 'object' || filter === null || Array.isArray(filter))
    return fail('SIGMA_FILTER', { message: '`filter` is a map', at: keyAt('filter') });
  const any = typeof filter.rules === 'string' && ['any', 'all'].includes(filter.rules.toLowerCase());
  const named = typeof filter.rules === 'string' && filter.rules !== '' ? [filter.rules] : filter.rules;
  if (!any && (!Array.isArray(named) || named.length === 0))
    fail('SIGMA_FILTER', {
      message: 'a filter needs `rules`: a list of ids or names',
      hint: 'write `rules: any` to filter every rule of this log source',
      at: keyAt('filter', 'rules'),
    });
  const { searches, condition } = parseDetection(filter, 'filter', ['condition', 'rules'], keyAt, warn);
  return {
    ...head,
    type: 'filter',
    logsource,
    rules: any ? null : (named as unknown[]).map(String),
    searches,
    condition: takenOut(condition),
  };
}

/**
 * What a filter takes out. The specification writes `condition: selection` for it; what is published for other engines says what
 * stays, `not selection`. A condition that holds for an event of which no search speaks can only be meant that way.
 */
function takenOut(condition: Condition): Condition {
  if (!holdsWithout(condition)) return condition;
  return condition.op === 'not' ? condition.of : { op: 'not', of: condition };
}

function parseLogsource(value: unknown, keyAt: KeyAt): Logsource {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('SIGMA_LOGSOURCE', { message: 'a rule needs a `logsource`', at: keyAt('logsource') });
  const part = (key: string): string | null => {
    const text = (value as Record<string, unknown>)[key];
    if (text === undefined || text === null) return null;
    if (typeof text !== 'string')
      return fail('SIGMA_LOGSOURCE', { message: `\`logsource.${key}\` must be text`, at: keyAt('logsource', key) });
    return text.toLowerCase();
  };
  return { product: part('product'), service: part('service'), category: part('category') };
}

function parseDetection(
  detection: Record<string, unknown>,
  section: string,
  reserved: readonly string[],
  keyAt: KeyAt,
  warn: Warn,
): { searches: Map<string, Search>; condition: Condition } {
  const searches = new Map<string, Search>();
  for (const [name, value] of Object.entries(detection)) {
    if (reserved.includes(name)) continue;
    searches.set(
      name,
      parseSearch(value, (...path) => keyAt(section, name, ...path), warn),
    );
  }
  const at = keyAt(section, 'condition');
  const conditions = Array.isArray(detection.condition) ? detection.condition : [detection.condition];
  if (conditions.length === 0 || conditions.some((condition) => typeof condition !== 'string' || condition === ''))
    return fail('SIGMA_CONDITION', { message: `\`${section}.condition\` must be text`, at });
  const names = [...searches.keys()];
  const parsed = conditions.map((condition) => parseCondition(condition as string, names));
  const condition: Condition = parsed.length === 1 ? parsed[0]! : { op: 'or', of: parsed };
  const used = namesUsed(condition);
  for (const name of names)
    if (!used.has(name) && !name.startsWith('_'))
      warn('SIGMA_UNUSED', `the condition never asks for \`${name}\``, keyAt(section, name));
  return { searches, condition };
}

function parseSearch(value: unknown, at: KeyAt, warn: Warn): Search {
  const keyword = (values: readonly unknown[]): Search => [
    [{ field: null, modifiers: [], values: values.map((each) => scalar(each, at)), key: 'keywords', place: at() }],
  ];
  if (!Array.isArray(value))
    return typeof value === 'object' && value !== null && !(value instanceof Date)
      ? [parseMap(value as Record<string, unknown>, at, warn)]
      : keyword([value]);
  if (value.length === 0) return fail('SIGMA_VALUE', { message: 'a search must not be an empty list', at: at() });
  const isMap = (each: unknown): boolean => typeof each === 'object' && each !== null && !Array.isArray(each);
  if (!value.some(isMap)) return keyword(value);
  // A list may hold maps and plain words; any of them matches.
  return value.flatMap((each, index) =>
    isMap(each)
      ? [parseMap(each as Record<string, unknown>, (...path) => at(String(index), ...path), warn)]
      : keyword([each]),
  );
}

function parseMap(map: Record<string, unknown>, at: KeyAt, warn: Warn): Item[] {
  const entries = Object.entries(map);
  if (entries.length === 0) return fail('SIGMA_VALUE', { message: 'a search must not be an empty map', at: at() });
  return entries.map(([key, value]) => {
    const [field, ...modifiers] = key.split('|');
    const values = (Array.isArray(value) ? value : [value]).map((each) => scalar(each, () => at(key)));
    if (Array.isArray(value) && values.length > 1 && values.includes(null))
      warn(
        'SIGMA_NULL',
        `${key}: null is a type of its own and cannot stand in a list`,
        at(key),
        'give it a search of its own',
      );
    if (modifiers.includes('all') && values.length < 2)
      warn('SIGMA_ALL', `${key}: \`all\` says nothing about a single value`, at(key));
    return { field: field === '' || field === undefined ? null : field, modifiers, values, key, place: at(key) };
  });
}

function scalar(value: unknown, at: () => ErrorPlace): Scalar {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (value instanceof Date) return value.toISOString();
  return fail('SIGMA_VALUE', { message: 'a value must be text, a number, true, false or null', at: at() });
}
