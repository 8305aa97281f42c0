/** What is right by the specification and yet likely wrong: rules that can never match, cost too much, or can be forged. */
import type { CorrelationRule, EventRule, FilterRule, Item, SigmaRule } from '../detectors/sigma/ast.ts';
import { isEnvelopeField } from '../detectors/sigma/fields.ts';
import type { Mappings } from '../detectors/sigma/mappings.ts';
import { requiredLiterals } from '../detectors/sigma/regex-literal.ts';
import type { LinkedRule } from '../detectors/sigma/rule-set.ts';
import type { ErrorPlace } from '../kit/errors.ts';
import type { MessageKey } from '../kit/messages/messages.ts';
import { techniqueOf } from '../kit/techniques.ts';
import type { EventKind } from '../model/log-event.ts';

/** What kind of thing is odd. */
export type LintCode =
  | 'nobody'
  | 'attack'
  | 'falsepositives'
  | 'source'
  | 'here'
  | 'field'
  | 'every'
  | 'anchor'
  | 'forged'
  | 'cost';

/** One remark about a rule. */
export interface Note {
  readonly code: LintCode;
  readonly rule: string;
  readonly at: ErrorPlace;
  readonly key: MessageKey;
  readonly values: Readonly<Record<string, string | number>>;
}

/** What rules are looked at with. */
export interface LintContext {
  readonly mappings: Mappings;
  /** Every kind of event there can be. */
  readonly kinds: readonly EventKind[];
  /** Kinds that this machine's logs were seen to hold, or null when nobody looked. */
  readonly here: ReadonlySet<EventKind> | null;
  /** Microseconds of one event of the rule's log source; null where none was at hand. */
  costOf(rule: LinkedRule): number | null;
}

/** A rule that costs more than this of each event of its log source, in µs, is worth a word. */
export const HIGH_COST = 5;
/** Fields that are made when a rule asks for them. */
const MADE: ReadonlySet<string> = new Set(['source.network', 'source.subnet', 'source.geo.country_iso_code']);
/** Fields by which somebody can be banned. */
const ADDRESSES: ReadonlySet<string> = new Set(['source.ip', 'source.network']);
const FREE_TEXT: ReadonlySet<string> = new Set(['message', 'event.original', 'log.original']);

/** Everything odd about a rule, in the order of the file. */
export function lintRule(rule: SigmaRule, compiled: LinkedRule | null, context: LintContext): Note[] {
  const notes: Note[] = [];
  const add = (code: LintCode, at: ErrorPlace, values: Note['values'] = {}): void => {
    notes.push({ code, rule: rule.name ?? rule.id, at, key: `lint.${code}`, values });
  };
  if (rule.type === 'filter') {
    for (const item of itemsOf(rule)) lintItem(item, rule, context, add);
    return notes;
  }
  if (!rule.tags.some((tag) => techniqueOf(tag) !== null)) add('attack', rule.place);
  // What only counts towards others wakes nobody.
  if (compiled?.alerts !== false && rule.falsepositives.length === 0) add('falsepositives', rule.place);
  if (rule.type === 'correlation') {
    lintGroup(rule, context, add);
    return notes;
  }
  lintSource(rule, context, add);
  for (const item of itemsOf(rule)) lintItem(item, rule, context, add);
  if (compiled === null) return notes;
  if (compiled.demands.length === 0) add('every', rule.place);
  const cost = context.costOf(compiled);
  if (cost !== null && cost > HIGH_COST) add('cost', rule.place, { cost: cost.toFixed(1) });
  return notes;
}

/** A correlation that bans needs an address among what it groups by; names of ECS must be given by some decoder. */
function lintGroup(
  { action, blamesValues, groupBy, valueFields, aliases, place }: CorrelationRule,
  { mappings }: LintContext,
  add: Add,
): void {
  if (action !== 'alert' && !blamesValues && !groupBy.some((field) => ADDRESSES.has(field))) add('nobody', place);
  for (const field of [...groupBy, ...valueFields])
    if (field.includes('.') && !aliases.has(field) && !isProduced(field, field, mappings))
      add('field', place, { field });
}

type Add = (code: LintCode, at: ErrorPlace, values?: Note['values']) => void;

function lintSource(rule: EventRule, { mappings, kinds, here }: LintContext, add: Add): void {
  const source = Object.values(rule.logsource)
    .filter((part) => part !== null)
    .join('/');
  if (!kinds.some((kind) => mappings.feeds(rule.logsource, kind))) add('source', rule.place, { source });
  else if (here !== null && ![...here].some((kind) => mappings.feeds(rule.logsource, kind)))
    add('here', rule.place, { source });
}

function lintItem(item: Item, rule: EventRule | FilterRule, { mappings }: LintContext, add: Add): void {
  const { field, modifiers } = item;
  const ours = field === null ? null : (mappings.fieldOf(rule.logsource, field) ?? field);
  if (field !== null && ours !== null && !isProduced(field, ours, mappings) && !mappings.keepsAll(rule.logsource))
    add('field', item.place, { field });
  if (rule.type === 'rule' && rule.action === 'ban' && (ours === null || FREE_TEXT.has(ours)) && !isAnchored(item))
    add('forged', item.place, { key: item.key });
  for (const value of item.values) {
    if (typeof value !== 'string') continue;
    if (modifiers.includes('re')) {
      if (/^\.\*|\.\*\??$/.test(value)) add('anchor', item.place, { value });
      else if (!value.startsWith('^') && requiredLiterals(value).length === 0) add('anchor', item.place, { value });
    } else if (modifiers.includes('contains') && (value.startsWith('*') || /(?<!\\)\*$/.test(value)))
      add('anchor', item.place, { value });
  }
}

/** A text whose beginning is fixed cannot be smuggled in behind something else. */
function isAnchored({ modifiers, values }: Item): boolean {
  if (modifiers.includes('re')) return values.every((value) => String(value).startsWith('^'));
  if (modifiers.includes('startswith')) return true;
  return (
    !modifiers.includes('contains') &&
    !modifiers.includes('endswith') &&
    values.every((value) => typeof value !== 'string' || !value.startsWith('*'))
  );
}

function isProduced(field: string, ours: string, { produced }: Mappings): boolean {
  return [field, ours].some((name) => produced.has(name) || MADE.has(name) || isEnvelopeField(name));
}

/** Every item of a rule's searches. */
export function itemsOf(rule: EventRule | FilterRule): Item[] {
  return [...rule.searches.values()].flatMap((search) => search.flat());
}
