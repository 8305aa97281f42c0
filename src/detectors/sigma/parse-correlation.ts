/** Correlation documents: their keys read and checked. Sigma correlation rules specification 2.1. */
import { fail } from '../../kit/errors.ts';
import type { Bound, Condition, CorrelationKind, CorrelationRule, RuleHead } from './ast.ts';
import { holdsWithout, namesUsed, parseCondition } from './condition.ts';
import type { KeyAt, Warn } from './places.ts';
import { parseTimespan } from './timespan.ts';

/** Every type of correlation. */
export const KINDS: readonly CorrelationKind[] = [
  'event_count',
  'value_count',
  'value_sum',
  'value_avg',
  'value_percentile',
  'value_median',
  'value_min',
  'value_max',
  'temporal',
  'temporal_ordered',
];
const KEYS = ['type', 'rules', 'group-by', 'timespan', 'condition', 'aliases', 'generate'];
const OPERATORS = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];
/** Largest count a window is kept for. */
const MAX_COUNT = 100_000;

/** Correlations that measure numbers instead of counting. */
export function isMeasure(kind: CorrelationKind): boolean {
  return kind.startsWith('value_') && kind !== 'value_count';
}

/** A correlation. Throws AppError and ConditionError. */
export function parseCorrelation(value: unknown, head: RuleHead, keyAt: KeyAt, warn: Warn): CorrelationRule {
  const at = (...path: string[]) => keyAt('correlation', ...path);
  const refuse = (message: string, key: string, hint?: string): never =>
    fail('SIGMA_CORRELATION', { message, at: at(key), ...(hint === undefined ? {} : { hint }) });
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('SIGMA_CORRELATION', { message: '`correlation` is a map', at: keyAt('correlation') });
  const raw = value as Record<string, unknown>;
  for (const key of Object.keys(raw))
    if (!KEYS.includes(key)) refuse(`unknown key \`correlation.${key}\``, key, `known are ${KEYS.join(', ')}`);
  const kind = kindOf(raw.type, at);
  const rules = texts(raw.rules);
  if (rules.length === 0) refuse('a correlation needs `rules`', 'rules');
  if (new Set(rules).size < rules.length) refuse('`rules` names a rule twice', 'rules');
  if (raw['group-by'] === undefined)
    warn('SIGMA_GROUP', 'no `group-by`: everything is counted together', keyAt('correlation'));
  const groupBy = texts(raw['group-by']);
  if (new Set(groupBy).size < groupBy.length) refuse('`group-by` names a field twice', 'group-by');
  if (raw.generate !== undefined && typeof raw.generate !== 'boolean')
    refuse('`generate` is true or false', 'generate');
  if (head.blamesValues && (kind !== 'value_count' || fieldsOf(raw.condition).join() !== 'source.ip'))
    fail('SIGMA_BEKCI', {
      message: '`bekci.blame: values` is for a value_count whose field is source.ip',
      at: keyAt('bekci', 'blame'),
    });
  const aliases = aliasesOf(raw.aliases, rules, at);
  for (const [alias, fields] of aliases) {
    if (!groupBy.includes(alias) && !fieldsOf(raw.condition).includes(alias))
      warn('SIGMA_ALIAS', `the alias \`${alias}\` is used nowhere`, at('aliases', alias));
    for (const rule of rules)
      if (!fields.has(rule))
        warn(
          'SIGMA_ALIAS',
          `the alias \`${alias}\` names no field of \`${rule}\`: only its events with a field of that name count`,
          at('aliases', alias),
          `write \`${rule}: FIELD\` under it`,
        );
  }
  return {
    ...head,
    type: 'correlation',
    kind,
    rules,
    groupBy,
    timespanMs: parseTimespan(raw.timespan, () => at('timespan')),
    ...conditionOf(raw.condition, kind, rules, at, warn),
    aliases,
    generate: raw.generate === true,
  };
}

function kindOf(value: unknown, at: KeyAt): CorrelationKind {
  if (KINDS.includes(value as CorrelationKind)) return value as CorrelationKind;
  return fail('SIGMA_CORRELATION_TYPE', {
    message: `correlation type \`${String(value)}\` is none of ${KINDS.join(', ')}`,
    ...(value === 'chained'
      ? { hint: 'correlations are chained by naming a correlation among the `rules` of another' }
      : {}),
    at: at('type'),
  });
}

function texts(value: unknown): string[] {
  return value === undefined || value === null ? [] : (Array.isArray(value) ? value : [value]).map(String);
}

function fieldsOf(condition: unknown): string[] {
  return typeof condition === 'object' && condition !== null ? texts((condition as Record<string, unknown>).field) : [];
}

function aliasesOf(value: unknown, rules: readonly string[], at: KeyAt): CorrelationRule['aliases'] {
  const aliases = new Map<string, ReadonlyMap<string, string>>();
  if (value === undefined || value === null) return aliases;
  if (typeof value !== 'object' || Array.isArray(value))
    return fail('SIGMA_CORRELATION', { message: '`aliases` is a map', at: at('aliases') });
  for (const [alias, fields] of Object.entries(value as Record<string, unknown>)) {
    if (typeof fields !== 'object' || fields === null)
      return fail('SIGMA_CORRELATION', {
        message: `the alias \`${alias}\` is a map of rule to field`,
        at: at('aliases', alias),
      });
    for (const rule of Object.keys(fields))
      if (!rules.includes(rule))
        fail('SIGMA_CORRELATION', {
          message: `the alias \`${alias}\` speaks of \`${rule}\`, which is not among the \`rules\``,
          at: at('aliases', alias, rule),
        });
    aliases.set(alias, new Map(Object.entries(fields as Record<string, unknown>).map(([k, v]) => [k, String(v)])));
  }
  return aliases;
}

type Parsed = Pick<CorrelationRule, 'bounds' | 'threshold' | 'closing' | 'valueFields' | 'percentile' | 'expression'>;

function conditionOf(value: unknown, kind: CorrelationKind, rules: readonly string[], at: KeyAt, warn: Warn): Parsed {
  const temporal = kind === 'temporal' || kind === 'temporal_ordered';
  const none: Parsed = {
    bounds: [],
    threshold: rules.length,
    closing: false,
    valueFields: [],
    percentile: 50,
    expression: null,
  };
  if (temporal && value === undefined) return none;
  if (temporal && typeof value === 'string') {
    const expression = parseCondition(value, rules);
    if (holdsWithout(expression))
      fail('SIGMA_CORRELATION', {
        message: 'the condition already holds when nothing has happened',
        hint: 'ask for at least one rule that must have matched',
        at: at('condition'),
      });
    if (kind === 'temporal_ordered' && !asksForAll(expression, rules))
      fail('SIGMA_CORRELATION', {
        message: 'temporal_ordered needs every rule: which order would the others have?',
        hint: 'leave the condition out, or join all rules with `and`',
        at: at('condition'),
      });
    return kind === 'temporal_ordered' ? none : { ...none, expression };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return fail('SIGMA_CORRELATION', {
      message: 'a correlation needs `condition`, e.g. {gte: 5}',
      at: at('condition'),
    });
  return boundsOf(value as Record<string, unknown>, kind, none, at, warn);
}

function boundsOf(raw: Record<string, unknown>, kind: CorrelationKind, none: Parsed, at: KeyAt, warn: Warn): Parsed {
  const refuse = (message: string, key: string, hint?: string): never =>
    fail('SIGMA_CORRELATION', { message, at: at('condition', key), ...(hint === undefined ? {} : { hint }) });
  const valueFields = texts(raw.field);
  const bounds: Bound[] = [];
  for (const [key, bound] of Object.entries(raw)) {
    if (key === 'field' || (key === 'percentile' && kind === 'value_percentile')) continue;
    if (!OPERATORS.includes(key)) refuse(`unknown comparison \`${key}\``, key, `known are ${OPERATORS.join(', ')}`);
    if (typeof bound !== 'number' || !Number.isFinite(bound)) refuse(`\`${key}\` needs a number`, key);
    bounds.push({ op: key as Bound['op'], value: bound as number });
  }
  if (bounds.length === 0) refuse('the condition compares with nothing, e.g. {gte: 5}', 'condition');
  if (kind.startsWith('value_') && valueFields.length === 0) refuse(`${kind} needs \`condition.field\``, 'condition');
  if (!kind.startsWith('value_') && valueFields.length > 0)
    refuse(`${kind} counts no values: \`field\` says nothing here`, 'field');
  if (isMeasure(kind)) {
    if (valueFields.length > 1) refuse(`${kind} measures one field`, 'field');
    return { ...none, bounds, threshold: 0, valueFields, percentile: percentileOf(raw.percentile, kind, at, warn) };
  }
  const { threshold, closing } = leastOf(bounds);
  if (threshold > MAX_COUNT || (!closing && threshold < 1))
    refuse('the count must lie between 1 and 100,000', bounds[0]!.op);
  if (closing && (kind === 'temporal' || kind === 'temporal_ordered'))
    refuse(
      'how many rules did not match is only known for a count',
      bounds[0]!.op,
      'write the condition with `not`: `rule_a and not rule_b`',
    );
  if (kind === 'temporal_ordered' && (threshold !== none.threshold || bounds.length > 1))
    refuse(
      'temporal_ordered needs every rule',
      bounds[0]!.op,
      `leave the condition out, or write \`gte: ${none.threshold}\``,
    );
  return { ...none, bounds, threshold, closing, valueFields };
}

function percentileOf(value: unknown, kind: CorrelationKind, at: KeyAt, warn: Warn): number {
  if (kind !== 'value_percentile' || value === undefined) {
    if (kind === 'value_percentile')
      warn('SIGMA_PERCENTILE', 'no `percentile`: the 50th is taken', at('condition'), 'write `percentile: 95`');
    return 50;
  }
  if (typeof value !== 'number' || !(value >= 0 && value <= 100))
    return fail('SIGMA_CORRELATION', {
      message: '`percentile` lies between 0 and 100',
      at: at('condition', 'percentile'),
    });
  return value;
}

/** The smallest count that can satisfy the bounds; without a lower bound nothing can be said before the window has passed. */
function leastOf(bounds: readonly Bound[]): { threshold: number; closing: boolean } {
  let least = Number.NEGATIVE_INFINITY;
  for (const { op, value } of bounds) {
    if (op === 'gte' || op === 'eq') least = Math.max(least, Math.ceil(value));
    else if (op === 'gt') least = Math.max(least, Math.floor(value) + 1);
  }
  return Number.isFinite(least) ? { threshold: least, closing: false } : { threshold: 1, closing: true };
}

/** Whether an expression is nothing but all rules joined with `and`. */
function asksForAll(condition: Condition, rules: readonly string[]): boolean {
  const names = condition.op === 'and' ? condition.of : [condition];
  return names.every((each) => each.op === 'search') && namesUsed(condition).size === rules.length;
}
