/** A search as a tree: what `parse-query` makes and `compile-query` turns into a test. */

/** How a field is compared. `:` is written for `=`. */
export type Operator = '=' | '!=' | '>' | '>=' | '<' | '<=';

/** A value as written; quoted ones have no wildcards. */
export interface Value {
  readonly text: string;
  readonly quoted: boolean;
  /** Place in the query, from 1. */
  readonly column: number;
}

/** One node. */
export type Query =
  | { readonly kind: 'all' }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Query[] }
  | { readonly kind: 'not'; readonly part: Query }
  | { readonly kind: 'text'; readonly value: Value }
  | {
      readonly kind: 'field';
      readonly field: string;
      readonly operator: Operator;
      readonly value: Value;
      /** Where the field's name stands, from 1. */
      readonly column: number;
    };

/** What can be wrong with a query; the words are in the dictionaries. */
export const QUERY_FAULTS = [
  'empty-group',
  'unclosed-group',
  'unopened-group',
  'unclosed-quote',
  'missing-value',
  'missing-term',
  'no-number',
  'no-network',
  'too-long',
  'too-many',
  'too-deep',
] as const;
/** Code of a fault. */
export type QueryFaultCode = (typeof QUERY_FAULTS)[number];

/** A query that cannot be understood, with the place. */
export class QueryFault extends Error {
  readonly code: QueryFaultCode;
  /** From 1. */
  readonly column: number;
  /** What stands there. */
  readonly near: string;

  constructor(code: QueryFaultCode, column: number, near = '') {
    super(`${code} at column ${column}`);
    this.name = 'QueryFault';
    this.code = code;
    this.column = column;
    this.near = near;
  }
}

/** The terms of a tree, those under a `not` too. */
export function termsOf(query: Query): Extract<Query, { kind: 'text' | 'field' }>[] {
  if (query.kind === 'text' || query.kind === 'field') return [query];
  if (query.kind === 'not') return termsOf(query.part);
  return query.kind === 'all' ? [] : query.parts.flatMap(termsOf);
}
