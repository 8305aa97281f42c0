/** Opens the SQLite file: WAL, numbered migrations, clear errors. The only file that knows the driver. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fail } from '../../kit/errors.ts';

const MIGRATIONS = join(import.meta.dirname, 'migrations');

/** The open database, schema up to date. Throws STORE_OPEN or STORE_NEWER. */
export function openDatabase(path: string, readOnly = false): DatabaseSync {
  try {
    if (!readOnly && path !== ':memory:') mkdirSync(dirname(path), { recursive: true, mode: 0o750 });
    const db = new DatabaseSync(path, { readOnly });
    db.exec('PRAGMA busy_timeout = 3000');
    if (readOnly) return db;
    db.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA journal_size_limit = 16777216; PRAGMA cache_size = -4096',
    );
    migrate(db, path);
    return db;
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'AppError') throw cause;
    return fail('STORE_OPEN', {
      message: `cannot open the store ${path}: ${cause instanceof Error ? cause.message : String(cause)}`,
      hint: hintOf((cause as { readonly errcode?: number }).errcode ?? 0, path),
      cause,
    });
  }
}

/** By SQLite's primary result code: 11 SQLITE_CORRUPT, 13 SQLITE_FULL, 26 SQLITE_NOTADB. */
function hintOf(code: number, path: string): string {
  if (code === 11 || code === 26)
    return `the file is damaged: move ${path}, ${path}-wal and ${path}-shm aside (or put a copy back) and start again; a new one is begun, which knows no bans and reads logs from their end`;
  if (code === 13) return 'make room on the disk; the logs wait meanwhile';
  return 'check that the directory exists, is writable by this user and has free space; `state_dir` in the configuration chooses another';
}

function migrate(db: DatabaseSync, path: string): void {
  const files = readdirSync(MIGRATIONS)
    .filter((name) => name.endsWith('.sql'))
    .sort();
  const row = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (row.user_version > files.length) {
    fail('STORE_NEWER', {
      message: `the store ${path} was written by a newer version (schema ${row.user_version}, this program knows ${files.length})`,
      hint: 'upgrade bekci, or move the file away to start afresh',
    });
  }
  for (const [index, name] of files.entries()) {
    if (index < row.user_version) continue;
    db.exec('BEGIN IMMEDIATE');
    db.exec(readFileSync(join(MIGRATIONS, name), 'utf8'));
    db.exec(`PRAGMA user_version = ${index + 1}; COMMIT`);
  }
}
