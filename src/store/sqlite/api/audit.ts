/** The record of who did what, as a chain of hashes: whoever changes, removes or slips in a row breaks it. */
import { createHash } from 'node:crypto';
import type { AuditProof, AuditRow } from '../../api-store.ts';
import type { Row, Sql } from './sql.ts';

/** Rows kept; the oldest are let go beyond that. */
const MAX_AUDIT = 250_000;

/** Adds a row at the end of the chain. Must run inside a transaction that has the write lock. */
export function appendAudit(sql: Sql, entry: Omit<AuditRow, 'id' | 'hash'>, most = MAX_AUDIT): void {
  const last = sql.get('SELECT id, hash FROM api_audit ORDER BY id DESC LIMIT 1');
  const end = last ?? sql.get(`SELECT row AS id, hash FROM api_audit_ends WHERE name = 'head'`);
  const id = Number(end?.id ?? 0) + 1;
  const prev = String(end?.hash ?? '');
  const { at, who, address, action, target, detail, ok } = entry;
  const values = [id, at, who, address, action, target, detail, Number(ok)] as const;
  const hash = hashOf(prev, values);
  sql.run(
    'INSERT INTO api_audit (id, at, who, address, action, target, detail, ok, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ...values,
    prev,
    hash,
  );
  sql.run(`INSERT OR REPLACE INTO api_audit_ends VALUES ('head', ?, ?)`, id, hash);
  letGo(sql, id - most);
}

/** Forgets rows up to an id, and keeps the hash that the rest begins with. */
function letGo(sql: Sql, upTo: number): void {
  if (upTo <= 0) return;
  const last = sql.get('SELECT id, hash FROM api_audit WHERE id <= ? ORDER BY id DESC LIMIT 1', upTo);
  if (last === null) return;
  sql.run(`INSERT OR REPLACE INTO api_audit_ends VALUES ('first', ?, ?)`, Number(last.id), String(last.hash));
  sql.run('DELETE FROM api_audit WHERE id <= ?', upTo);
}

/** Walks the whole chain. `noted`: a hash somebody wrote down earlier, which must still be in it. */
export function verifyAudit(sql: Sql, noted?: string): AuditProof {
  const first = sql.get(`SELECT row, hash FROM api_audit_ends WHERE name = 'first'`);
  const head = sql.get(`SELECT row, hash FROM api_audit_ends WHERE name = 'head'`);
  let prev = String(first?.hash ?? '');
  let before = first === null ? null : Number(first.row);
  let rows = 0;
  let unsealed = 0;
  let seen = noted === undefined || noted === prev;
  for (const row of sql.iterate('SELECT * FROM api_audit ORDER BY id')) {
    const id = Number(row.id);
    rows++;
    // Rows of a version that sealed nothing stand before all others.
    if (row.hash === '' && rows === unsealed + 1 && first === null) {
      unsealed++;
      before = id;
      continue;
    }
    const broken = faultOf(row, prev, before);
    if (broken !== null) return { rows, unsealed, brokenAt: id, fault: broken, head: null };
    prev = String(row.hash);
    before = id;
    seen ||= prev === noted;
  }
  const fault = head !== null && head.hash !== prev ? ('cut' as const) : seen ? null : ('unknown-head' as const);
  return { rows, unsealed, brokenAt: fault === null ? null : before, fault, head: prev === '' ? null : prev };
}

function faultOf(row: Row, prev: string, before: number | null): 'gap' | 'changed' | null {
  if (row.prev !== prev || (before !== null && Number(row.id) !== before + 1)) return 'gap';
  const { id, at, who, address, action, target, detail, ok } = row;
  return hashOf(prev, [id, at, who, address, action, target, detail, ok]) === row.hash ? null : 'changed';
}

function hashOf(prev: string, values: readonly unknown[]): string {
  return createHash('sha256')
    .update(JSON.stringify([prev, ...values]))
    .digest('hex');
}
