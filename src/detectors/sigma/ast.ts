/** A Sigma document after parsing: what was written, checked for form, not yet compiled. Sigma specification 2.1. */
import type { ErrorPlace } from '../../kit/errors.ts';
import type { Level, RuleAction } from '../../model/detection.ts';

/** The parts every document has. */
export interface RuleHead {
  readonly id: string;
  /** The `name` by which correlations may refer to it, or null. */
  readonly name: string | null;
  readonly title: string;
  readonly level: Level;
  readonly status: string | null;
  readonly tags: readonly string[];
  readonly description: string | null;
  readonly falsepositives: readonly string[];
  readonly action: RuleAction;
  readonly banSeconds: number | null;
  /** value_count of addresses: each of them is blamed by itself, not the group. */
  readonly blamesValues: boolean;
  readonly place: ErrorPlace;
}

/** A scalar of a detection item. */
export type Scalar = string | number | boolean | null;

/** `field|modifier|...: values`; field null for keywords. */
export interface Item {
  readonly field: string | null;
  readonly modifiers: readonly string[];
  readonly values: readonly Scalar[];
  /** The key as written, for messages. */
  readonly key: string;
  /** Where the key stands. */
  readonly place: ErrorPlace;
}

/** A search identifier: any of the maps, and of each map all items. Keywords are a map of one item without a field. */
export type Search = readonly (readonly Item[])[];

/** A boolean expression over search identifiers. */
export type Condition =
  | { readonly op: 'search'; readonly name: string }
  | { readonly op: 'not'; readonly of: Condition }
  | { readonly op: 'and' | 'or'; readonly of: readonly Condition[] };

/** The log source a rule or filter names; null where it names none. */
export interface Logsource {
  readonly product: string | null;
  readonly service: string | null;
  readonly category: string | null;
}

/** An event rule. */
export interface EventRule extends RuleHead {
  readonly type: 'rule';
  readonly logsource: Logsource;
  readonly searches: ReadonlyMap<string, Search>;
  readonly condition: Condition;
}

/** A filter: what it matches is taken out of the rules it names. Sigma filters specification 2.1. */
export interface FilterRule extends RuleHead {
  readonly type: 'filter';
  readonly logsource: Logsource;
  /** Ids or names of rules; null for every rule of the log source. */
  readonly rules: readonly string[] | null;
  readonly searches: ReadonlyMap<string, Search>;
  readonly condition: Condition;
}

/** How a correlation counts. */
export type CorrelationKind =
  | 'event_count'
  | 'value_count'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'
  | 'value_median'
  | 'value_min'
  | 'value_max'
  | 'temporal'
  | 'temporal_ordered';

/** `gte: 5` and the like. */
export interface Bound {
  readonly op: 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';
  readonly value: number;
}

/** A correlation rule. */
export interface CorrelationRule extends RuleHead {
  readonly type: 'correlation';
  readonly kind: CorrelationKind;
  /** Names or ids of rules. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** All must hold; empty where `expression` says it, or where every rule must have matched. */
  readonly bounds: readonly Bound[];
  /** Least number of events, values or rules that can fire; 0 where only the number itself tells. */
  readonly threshold: number;
  /** The condition has no lower bound: it can only be judged when the window has passed. */
  readonly closing: boolean;
  /** The fields whose values are counted or measured. */
  readonly valueFields: readonly string[];
  /** value_percentile: which, 0 to 100. */
  readonly percentile: number;
  /** temporal: a boolean expression over the rules, or null. */
  readonly expression: Condition | null;
  /** Alias to rule name to field. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The rules it rests on alert by themselves too. */
  readonly generate: boolean;
}

/** Any document. */
export type SigmaRule = EventRule | CorrelationRule | FilterRule;
