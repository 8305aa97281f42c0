/** Detections, decisions and refusals in pages. */
import { LEVELS } from '../../../model/detection.ts';
import type { DecisionFilter, ListStore, PageOptions } from '../../api-store.ts';
import { toDecision, toDetection, toRefusal } from '../rows.ts';
import {
  banKeysOf,
  cursorOf,
  MAX_LOOKED_AT,
  type Row,
  rankOf,
  readCursor,
  type Sql,
  takeAccepted,
  toPage,
  Where,
} from './sql.ts';

const ACTIVE = `state IN ('pending', 'applied', 'failed', 'observed')`;

type Lists = Pick<ListStore, 'detections' | 'detection' | 'decisions' | 'decision' | 'decisionCounts' | 'refusals'>;

/** The part of the store that reads the engine's own tables. */
export function createLists(sql: Sql): Lists {
  function decisionRows(filter: DecisionFilter, page: PageOptions): Row[] {
    const from = readCursor(page.cursor);
    const where = new Where().and('origin = ?', filter.origin).and('rule = ?', filter.rule);
    if (filter.state === 'active') where.and(`expires_at > ? AND ${ACTIVE}`, filter.now);
    else if (filter.state === 'ended') where.and(`(expires_at <= ? OR state IN ('expired', 'revoked'))`, filter.now);
    else if (filter.state !== 'all') where.and('state = ? AND expires_at > ?', filter.state, filter.now);
    if (filter.about !== undefined) {
      const ips = banKeysOf(filter.about);
      where.and(`ip IN (${ips.map(() => '?').join(', ')})`, ...ips);
    }
    if (from !== null) where.and('(at, id) < (?, ?)', from.at, from.id);
    const text = `SELECT * FROM decisions ${where.text} ORDER BY at DESC, id DESC LIMIT ?`;
    const { accept } = filter;
    if (accept === undefined) return sql.all(text, ...where.values, page.limit + 1);
    return takeAccepted(sql.iterate(text, ...where.values, MAX_LOOKED_AT), page.limit + 1, (row) =>
      accept(String(row.ip)),
    );
  }

  return {
    detections(filter, page) {
      const from = readCursor(page.cursor);
      const least = rankOf(filter.level);
      const levels = least === undefined || least === 0 ? [] : LEVELS.slice(least);
      const where = new Where()
        .and('rule = ?', filter.rule)
        .and('entity = ?', filter.entity)
        .and('at >= ?', filter.from)
        .and('at < ?', filter.to);
      if (levels.length > 0) where.and(`level IN (${levels.map(() => '?').join(', ')})`, ...levels);
      // Newest first, and within one moment by id: the index on `at` gives nearly the order.
      if (from !== null)
        where.and('(at < ? OR (at = ? AND id > ?))', from.at, from.at, from.id).and('at <= ?', from.at);
      const rows = sql.all(
        `SELECT * FROM detections ${where.text} ORDER BY at DESC, id LIMIT ?`,
        ...where.values,
        page.limit + 1,
      );
      return toPage(rows, page, 'at', 'id', toDetection);
    },
    detection(id) {
      const row = sql.get('SELECT * FROM detections WHERE id = ?', id);
      return row === null ? null : toDetection(row);
    },
    decisions: (filter, page) => {
      const rows = decisionRows(filter, page);
      const last = rows[page.limit - 1];
      return {
        items: rows.slice(0, page.limit).map(toDecision),
        next: rows.length > page.limit && last !== undefined ? cursorOf(Number(last.at), String(last.id)) : null,
      };
    },
    decision(id) {
      const row = sql.get('SELECT * FROM decisions WHERE id = ?', id);
      return row === null ? null : toDecision(row);
    },
    decisionCounts(now) {
      const counts = { active: 0, pending: 0, applied: 0, failed: 0, observed: 0 };
      for (const row of sql.all(
        `SELECT state, count(*) AS n FROM decisions WHERE ${ACTIVE} AND expires_at > ? GROUP BY state`,
        now,
      )) {
        counts[String(row.state) as 'pending'] = Number(row.n);
        counts.active += Number(row.n);
      }
      return counts;
    },
    refusals: (ip, limit) =>
      sql.all('SELECT * FROM refusals WHERE ip = ? ORDER BY at DESC LIMIT ?', ip, limit).map(toRefusal),
  };
}
