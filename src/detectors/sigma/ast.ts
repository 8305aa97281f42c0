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
  readonly action: RuleAction;
  readonly banSeconds: number | null;
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

/** An event rule. */
export interface EventRule extends RuleHead {
  readonly type: 'rule';
  readonly logsource: {
    readonly product: string | null;
    readonly service: string | null;
    readonly category: string | null;
  };
  readonly searches: ReadonlyMap<string, Search>;
  readonly condition: Condition;
}

/** A correlation rule. */
export interface CorrelationRule extends RuleHead {
  readonly type: 'correlation';
  readonly kind: 'event_count' | 'value_count' | 'temporal' | 'temporal_ordered';
  /** Names or ids of rules. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** Least number of events or values that fires. */
  readonly threshold: number;
  /** value_count: the fields whose values are counted. */
  readonly valueFields: readonly string[];
  /** Alias to rule name to field. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** The rules it rests on alert by themselves too. */
  readonly generate: boolean;
}

/** Any document. */
export type SigmaRule = EventRule | CorrelationRule;
