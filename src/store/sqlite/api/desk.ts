/** What people keep: the allowlist, answers to requests that may come twice, the record of who did what. */
import type { AllowRow, AuditRow, DeskStore, SavedSearchRow } from '../../api-store.ts';
import { appendAudit, verifyAudit } from './audit.ts';
import { likePart, numberOrNull, type Row, readCursor, type Sql, textOrNull, toPage, Where } from './sql.ts';

/** The part of the store that people write. */
export function createDesk(sql: Sql): DeskStore {
  return {
    allow: () => sql.all('SELECT * FROM api_allow ORDER BY created_at DESC').map(toAllow),
    addAllow: (e) =>
      void sql.run(
        'INSERT INTO api_allow VALUES (?, ?, ?, ?, ?, ?)',
        e.id,
        e.value,
        e.note,
        e.expiresAt,
        e.createdAt,
        e.by,
      ),
    changeAllow: (id, change) =>
      void sql.run('UPDATE api_allow SET note = ?, expires_at = ? WHERE id = ?', change.note, change.expiresAt, id),
    removeAllow: (id) => sql.run('DELETE FROM api_allow WHERE id = ?', id),
    searches: () => sql.all('SELECT * FROM api_searches ORDER BY name, id').map(toSearch),
    addSearch: (s) =>
      void sql.run('INSERT INTO api_searches VALUES (?, ?, ?, ?, ?)', s.id, s.name, s.query, s.createdAt, s.by),
    removeSearch: (id) => sql.run('DELETE FROM api_searches WHERE id = ?', id),
    audit(filter, page) {
      const from = readCursor(page.cursor);
      const where = new Where().and('who = ?', filter.who);
      where.and(`instr(' ' || target || ' ', ' ' || ? || ' ') > 0`, filter.target).and('at >= ?', filter.since);
      if (filter.action !== undefined) where.and(`action LIKE ? ESCAPE '\\'`, likePart(filter.action));
      if (from !== null) where.and('id < ?', Number(from.id) || 0);
      const rows = sql.all(
        `SELECT * FROM api_audit ${where.text} ORDER BY id DESC LIMIT ?`,
        ...where.values,
        page.limit + 1,
      );
      return toPage(rows, page, 'at', 'id', toAudit);
    },
    addAudit: (entry) => sql.atomically(() => appendAudit(sql, entry)),
    verifyAudit: (noted) => verifyAudit(sql, noted),
    idempotent(key, after) {
      const row = sql.get('SELECT * FROM api_idempotency WHERE key = ? AND at > ?', key, after);
      return row === null ? null : { request: String(row.request), status: Number(row.status), body: String(row.body) };
    },
    saveIdempotent: (key, request, status, body, at) =>
      void sql.run('INSERT OR REPLACE INTO api_idempotency VALUES (?, ?, ?, ?, ?)', key, request, status, body, at),
  };
}

function toAllow(row: Row): AllowRow {
  return {
    id: String(row.id),
    value: String(row.value),
    note: String(row.note),
    expiresAt: numberOrNull(row.expires_at),
    createdAt: Number(row.created_at),
    by: String(row.created_by),
  };
}

function toSearch(row: Row): SavedSearchRow {
  return {
    id: String(row.id),
    name: String(row.name),
    query: String(row.query),
    createdAt: Number(row.created_at),
    by: String(row.created_by),
  };
}

function toAudit(row: Row): AuditRow {
  return {
    id: String(row.id),
    at: Number(row.at),
    who: String(row.who),
    address: textOrNull(row.address),
    action: String(row.action),
    target: String(row.target),
    detail: String(row.detail),
    ok: row.ok === 1,
    hash: String(row.hash),
  };
}
