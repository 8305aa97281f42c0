/**
 * What parts of the spine remember. A commit appends its changes to a journal in one row; they are taken into the table in bulk, the
 * newest of each key only, some with every commit. So a commit writes a page or two however many windows it changed, and a window
 * that an attack changes a hundred times is put in its place once.
 */
import type { StateEntry } from '../../kit/state.ts';
import type { Sql } from './api/sql.ts';

/** A journal of so many characters is taken into the table: reading it takes some milliseconds, and lines wait meanwhile. */
const FOLD_FROM = 512 * 1024;
/** Keys taken in with one commit: some milliseconds. Where a commit itself has more, so many: the journal must not outgrow the folding. */
const SLICE = 256;
/** Longer values are put into the table at once; the journal only notes that the table is right. */
const LONG = 32 * 1024;

/** How a journal is kept. */
export interface JournalBounds {
  /** Characters from which it is taken in. */
  readonly foldFrom: number;
  /** Keys taken in with one commit. */
  readonly slice: number;
  /** Length of values that go into the table at once. */
  readonly long: number;
}

/** A value, null where the key was deleted, 0 where the table is right. */
type Noted = string | null | 0;
/** Owner to the newest of each of its keys. */
type Newest = Map<string, Map<string, Noted>>;
/** A row: owners, each with its keys and values in turn. */
type JournalRow = [owner: string, entries: Noted[]][];

/** Keeps state. Calls that write belong into a transaction of the caller's. */
export interface StateJournal {
  append(state: ReadonlyMap<string, readonly StateEntry[]>): void;
  /** Takes all of the journal into the table. */
  fold(): void;
  /** Entries of an owner, the journal's included. */
  entriesOf(owner: string): Iterable<{ readonly key: string; readonly value: string }>;
  /** Owners whose name begins like this, in order. */
  owners(prefix: string): string[];
  isEmpty(): boolean;
  /** To be called when a transaction failed: what was taken in with it was not. */
  rolledBack(): void;
}

/** The journal of a database. */
export function createStateJournal(
  sql: Sql,
  { foldFrom, slice, long }: JournalBounds = { foldFrom: FOLD_FROM, slice: SLICE, long: LONG },
): StateJournal {
  let length = -1;
  /** What is being taken in, and the last row it came from. */
  let folding: { readonly newest: Newest; readonly last: number } | null = null;

  function put(owner: string, key: string, value: string): void {
    sql.run('INSERT OR REPLACE INTO state (owner, key, value) VALUES (?, ?, ?)', owner, key, value);
  }

  function settle(owner: string, key: string, value: Noted): void {
    if (value === null) sql.run('DELETE FROM state WHERE owner = ? AND key = ?', owner, key);
    else if (value !== 0) put(owner, key, value);
  }

  function noted(owner: string, { key, value }: StateEntry): Noted {
    if (value === null || value.length <= long) return value;
    put(owner, key, value);
    folding?.newest.get(owner)?.delete(key);
    return 0;
  }

  function read(): { newest: Newest; last: number } {
    const newest: Newest = new Map();
    let last = 0;
    for (const row of sql.iterate('SELECT seq, entries FROM state_journal ORDER BY seq')) {
      last = Number(row.seq);
      for (const [owner, entries] of JSON.parse(String(row.entries)) as JournalRow) {
        let own = newest.get(owner);
        if (own === undefined) {
          own = new Map();
          newest.set(owner, own);
        }
        for (let at = 0; at < entries.length; at += 2) own.set(entries[at] as string, entries[at + 1]!);
      }
    }
    return { newest, last };
  }

  /** Takes so many keys in; true when none is left. */
  function take(newest: Newest, most: number): boolean {
    let left = most;
    for (const [owner, own] of newest) {
      for (const [key, value] of own) {
        if (left-- <= 0) return false;
        settle(owner, key, value);
        own.delete(key);
      }
      newest.delete(owner);
    }
    return true;
  }

  function foldSome(most: number): void {
    if (folding === null) {
      folding = read();
      length = 0;
    }
    if (!take(folding.newest, most)) return;
    sql.run('DELETE FROM state_journal WHERE seq <= ?', folding.last);
    folding = null;
  }

  function isEmpty(): boolean {
    return sql.get('SELECT 1 FROM state_journal LIMIT 1') === null;
  }

  return {
    append(state) {
      const row: JournalRow = [];
      let entered = 0;
      for (const [owner, entries] of state) {
        row.push([owner, entries.flatMap((entry): Noted[] => [entry.key, noted(owner, entry)])]);
        entered += entries.length;
      }
      if (row.length > 0) {
        const text = JSON.stringify(row);
        sql.run('INSERT INTO state_journal (entries) VALUES (?)', text);
        if (length < 0)
          length = Number(sql.get('SELECT coalesce(sum(length(entries)), 0) AS n FROM state_journal')?.n ?? 0);
        else length += text.length;
      }
      if (folding !== null || length >= foldFrom) foldSome(Math.max(slice, entered));
    },
    fold() {
      // A fold that was under way would stop at the rows it knew.
      folding = null;
      if (!isEmpty()) foldSome(Number.POSITIVE_INFINITY);
    },
    *entriesOf(owner) {
      const over = isEmpty() ? undefined : read().newest.get(owner);
      for (const row of sql.iterate('SELECT key, value FROM state WHERE owner = ?', owner)) {
        const key = String(row.key);
        const value = over?.get(key);
        if (value === undefined || value === 0) yield { key, value: String(row.value) };
      }
      if (over === undefined) return;
      for (const [key, value] of over) if (typeof value === 'string') yield { key, value };
    },
    owners(prefix) {
      const found = new Set<string>();
      for (const row of sql.iterate(
        'SELECT DISTINCT owner FROM state WHERE owner >= ? AND owner < ?',
        prefix,
        `${prefix}\uffff`,
      ))
        found.add(String(row.owner));
      if (!isEmpty())
        for (const [owner, own] of read().newest)
          if (owner.startsWith(prefix) && [...own.values()].some((value) => value !== null)) found.add(owner);
      return [...found].sort();
    },
    isEmpty,
    rolledBack() {
      folding = null;
      length = -1;
    },
  };
}
