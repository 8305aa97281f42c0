/** Small tools of the API's queries: prepared statements, cursors, levels as numbers. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { formatNetwork, parseNetwork, widen } from '../../../kit/cidr.ts';
import { fail } from '../../../kit/errors.ts';
import { LEVELS, type Level } from '../../../model/detection.ts';
import type { Page, PageOptions } from '../../api-store.ts';

/** A value SQLite knows. */
export type Value = string | number | null;
/** A row as the driver gives it. */
export type Row = Record<string, Value>;

/** Prepared once, run often. */
export interface Sql {
  all(text: string, ...values: Value[]): Row[];
  get(text: string, ...values: Value[]): Row | null;
  /** Number of rows changed. */
  run(text: string, ...values: Value[]): number;
  iterate(text: string, ...values: Value[]): Iterable<Row>;
  atomically<T>(work: () => T): T;
}

const MAX_PREPARED = 300;

/** Statements over a database; texts come from code alone, so their number is small. */
export function createSql(db: DatabaseSync): Sql {
  const prepared = new Map<string, StatementSync>();
  const of = (text: string): StatementSync => {
    let statement = prepared.get(text);
    if (statement === undefined) {
      if (prepared.size >= MAX_PREPARED) prepared.clear();
      statement = db.prepare(text);
      prepared.set(text, statement);
    }
    return statement;
  };
  return {
    all: (text, ...values) => of(text).all(...values) as Row[],
    get: (text, ...values) => (of(text).get(...values) as Row | undefined) ?? null,
    run: (text, ...values) => Number(of(text).run(...values).changes),
    // A statement of its own: another query may run while this one is read.
    iterate: (text, ...values) => db.prepare(text).iterate(...values) as Iterable<Row>,
    atomically(work) {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        db.exec('COMMIT');
        return result;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    },
  };
}

/** Conditions and their values, joined by AND. */
export class Where {
  readonly #tests: string[] = [];
  readonly values: Value[] = [];

  /** Adds a condition when the value is there. */
  and(test: string, ...values: (Value | undefined)[]): this {
    if (values.some((value) => value === undefined)) return this;
    this.#tests.push(test);
    this.values.push(...(values as Value[]));
    return this;
  }

  get text(): string {
    return this.#tests.length === 0 ? '' : `WHERE ${this.#tests.join(' AND ')}`;
  }
}

/** A place in a list ordered by two columns, as opaque text. */
export function cursorOf(at: number, id: string): string {
  return Buffer.from(`${at}:${id}`).toString('base64url');
}

/** The place a cursor names, or null without one. Throws STORE_CURSOR. */
export function readCursor(cursor: string | undefined): { readonly at: number; readonly id: string } | null {
  if (cursor === undefined) return null;
  const found = /^(\d{1,16}):(.{1,200})$/s.exec(Buffer.from(cursor, 'base64url').toString('utf8'));
  if (found === null)
    return fail('STORE_CURSOR', { message: 'the cursor is none of ours', hint: 'take `next` of the page before' });
  return { at: Number(found[1]), id: found[2]! };
}

/** Cuts one row too many off into the next page's cursor. */
export function toPage<Item>(
  rows: readonly Row[],
  options: PageOptions,
  at: string,
  id: string,
  map: (row: Row) => Item,
): Page<Item> {
  const shown = rows.slice(0, options.limit);
  const last = rows.length > options.limit ? shown.at(-1) : undefined;
  return { items: shown.map(map), next: last === undefined ? null : cursorOf(Number(last[at]), String(last[id])) };
}

/** Rows looked at for one page when the database cannot decide alone. */
export const MAX_LOOKED_AT = 100_000;

/** The first rows that are accepted. */
export function takeAccepted(rows: Iterable<Row>, limit: number, accept: (row: Row) => boolean): Row[] {
  const out: Row[] = [];
  for (const row of rows) if (accept(row) && out.push(row) >= limit) break;
  return out;
}

/** Under which networks a ban of an address is found: its own, and those that bans are widened to. */
export function banKeysOf(entity: string): string[] {
  const network = parseNetwork(entity);
  if (network === null) return [entity];
  const widths = network.family === 4 ? [24] : [64, 56, 48];
  return [...new Set([entity, ...widths.map((bits) => formatNetwork(widen(network, bits)))])];
}

/** Rank of a level, 0 to 4. */
export function rankOf(level: Level | undefined): number | undefined {
  return level === undefined ? undefined : LEVELS.indexOf(level);
}

/** The level of a rank. */
export function levelOf(rank: Value | undefined): Level {
  return LEVELS[Number(rank)] ?? 'informational';
}

/** A text as part of a LIKE pattern with `\` as its escape. */
export function likePart(text: string): string {
  return `%${text.replace(/[\\%_]/g, (each) => `\\${each}`)}%`;
}

/** Text or null. */
export function textOrNull(value: Value | undefined): string | null {
  return value === null || value === undefined ? null : String(value);
}

/** Number or null. */
export function numberOrNull(value: Value | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
