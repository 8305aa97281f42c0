/** What compiling makes of a rule: tests over events, and what an event must hold for them to be true. */
import type { FieldValue, LogEvent } from '../../model/log-event.ts';
import type { Reader } from './fields.ts';
import type { PatternKey } from './text-match.ts';

/** A test over one event. */
export type EventTest = (event: LogEvent) => boolean;

/** A test over one value of a field. */
export type ValueTest = (value: FieldValue | undefined, event: LogEvent) => boolean;

/** One thing an event may hold; `reader` null for the whole event (keywords). */
export interface Key {
  readonly reader: Reader | null;
  /** `there`: the field has any value. */
  readonly kind: PatternKey['kind'] | 'there';
  readonly text: string;
}

/** One of these must hold. */
export type Demand = readonly Key[];

/** Stands for the whole event among the fields that a test reads. */
export const WHOLE_EVENT = '*';

/** A compiled item. */
export interface CompiledItem {
  readonly test: EventTest;
  /** Each must be satisfied for the test to be true. */
  readonly demands: readonly Demand[];
  /** 0 for the cheapest test. */
  readonly cost: number;
  /** Our names of the fields it reads, or WHOLE_EVENT. */
  readonly reads: readonly string[];
}
