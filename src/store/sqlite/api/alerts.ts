/** Alerts and entities, read in pages. */
import type { Level } from '../../../model/detection.ts';
import type { AlertRow, AlertState, EntityRow, ListStore } from '../../api-store.ts';
import { toDecision } from '../rows.ts';
import {
  banKeysOf,
  levelOf,
  likePart,
  MAX_LOOKED_AT,
  numberOrNull,
  type Row,
  rankOf,
  readCursor,
  type Sql,
  takeAccepted,
  textOrNull,
  toPage,
  Where,
} from './sql.ts';

/** Members of a rule or source that are listed rather than met on the way. */
const FEW = 2000;
/** Entities that are named in a query; more are met soon by going through the alerts in order. */
const MOST_NAMES = 200;

type AlertStore = Pick<
  ListStore,
  'alerts' | 'alert' | 'alertCounts' | 'setAlertState' | 'isMuted' | 'entities' | 'entity'
>;

/** The part of the store that knows alerts. */
export function createAlertStore(sql: Sql): AlertStore {
  function toAlert(row: Row): AlertRow {
    const id = Number(row.id);
    const rules = sql.all('SELECT * FROM api_alert_rules WHERE alert = ? ORDER BY level DESC, n DESC LIMIT 50', id);
    const ips = banKeysOf(String(row.entity));
    const decision = sql.get(
      `SELECT * FROM decisions WHERE ip IN (${ips.map(() => '?').join(', ')}) ORDER BY at DESC LIMIT 1`,
      ...ips,
    );
    return {
      id: String(id),
      entityField: String(row.field),
      entity: String(row.entity),
      level: levelOf(row.level),
      state: String(row.state) as AlertState,
      stateUntil: numberOrNull(row.state_until),
      note: String(row.note),
      changedBy: textOrNull(row.changed_by),
      firstAt: Number(row.first_at),
      lastAt: Number(row.last_at),
      detections: Number(row.detections),
      events: Number(row.events),
      rules: rules.map((each) => ({
        id: String(each.rule),
        title: String(each.title),
        level: levelOf(each.level),
        count: Number(each.n),
      })),
      tactics: [...new Set(rules.flatMap((each) => JSON.parse(String(each.tags)) as string[]))],
      sources: sql
        .all('SELECT source FROM api_alert_sources WHERE alert = ? LIMIT 20', id)
        .map((each) => String(each.source)),
      decision: decision === null ? null : toDecision(decision),
    };
  }

  function setState(id: number, change: Parameters<ListStore['setAlertState']>[1]): number {
    const row = sql.get('SELECT entity FROM api_alerts WHERE id = ?', id);
    if (row === null) return 0;
    const entity = String(row.entity);
    sql.run(
      'UPDATE api_alerts SET state = ?, state_until = ?, note = coalesce(?, note), changed_by = ? WHERE id = ?',
      change.state,
      change.until,
      change.note,
      change.by,
      id,
    );
    sql.run('DELETE FROM api_mutes WHERE entity = ?', entity);
    const mute = 'INSERT OR REPLACE INTO api_mutes (entity, rule, kind, until) VALUES (?, ?, ?, ?)';
    if (change.state === 'muted') sql.run(mute, entity, '', 'muted', change.until);
    // Normal is said of what these rules see of this entity, not of everything it may do one day.
    if (change.state === 'normal')
      for (const each of sql.all('SELECT rule FROM api_alert_rules WHERE alert = ?', id))
        sql.run(mute, entity, String(each.rule), 'normal', null);
    sql.run(`INSERT INTO api_changes (kind, ref) VALUES ('alert', ?)`, String(id));
    return 1;
  }

  /** Few members are listed and sorted; many are met soon by going through the alerts in order. */
  function memberTest(
    table: 'api_alert_rules' | 'api_alert_sources',
    column: string,
    value: string | undefined,
  ): string {
    const many =
      value !== undefined &&
      sql.get(`SELECT 1 FROM ${table} WHERE ${column} = ? LIMIT 1 OFFSET ${FEW}`, value) !== null;
    return many
      ? `EXISTS (SELECT 1 FROM ${table} m WHERE m.alert = a.id AND m.${column} = ?)`
      : `a.id IN (SELECT alert FROM ${table} WHERE ${column} = ?)`;
  }

  /**
   * Part of the entity, or of the title of a rule. Titles are few, and names of entities lie close together in their index: both
   * are looked up first, so that a text that is nowhere costs one walk over short names instead of over all alerts.
   */
  function withText(where: Where, q: string): void {
    const part = likePart(q);
    const rules = sql
      .all(`SELECT rule FROM api_rule_hits WHERE title LIKE ? ESCAPE '\\' LIMIT 200`, part)
      .map((row) => String(row.rule));
    const among = rules.map(() => '?').join(', ');
    const byRule = `EXISTS (SELECT 1 FROM api_alert_rules r WHERE r.alert = a.id AND r.rule IN (${among}))`;
    const or = rules.length === 0 ? '' : ` OR ${byRule}`;
    const names = sql
      .all(
        `SELECT DISTINCT value FROM api_entities INDEXED BY api_entities_last WHERE value LIKE ? ESCAPE '\\' LIMIT ${MOST_NAMES + 1}`,
        part,
      )
      .map((row) => String(row.value));
    if (names.length > MOST_NAMES) where.and(`(a.entity LIKE ? ESCAPE '\\'${or})`, part, ...rules);
    else where.and(`(a.entity IN (${names.map(() => '?').join(', ')})${or})`, ...names, ...rules);
  }

  return {
    alerts(filter, page) {
      const from = readCursor(page.cursor);
      const where = new Where()
        .and('a.state = ?', filter.state)
        .and('a.level >= ?', rankOf(filter.level as Level | undefined))
        .and('a.entity = ?', filter.entity)
        .and('a.last_at >= ?', filter.from)
        .and('a.last_at < ?', filter.to)
        .and(memberTest('api_alert_rules', 'rule', filter.rule), filter.rule)
        .and(memberTest('api_alert_sources', 'source', filter.source), filter.source)
        .and(
          `EXISTS (SELECT 1 FROM api_alert_rules r WHERE r.alert = a.id AND r.tags LIKE ? ESCAPE '\\')`,
          filter.tactic === undefined ? undefined : likePart(JSON.stringify(filter.tactic).slice(1, -1)),
        );
      if (filter.q !== undefined) withText(where, filter.q);
      if (from !== null) where.and('(a.last_at, a.id) < (?, ?)', from.at, Number(from.id) || 0);
      const rows = sql.all(
        `SELECT a.* FROM api_alerts a ${where.text} ORDER BY a.last_at DESC, a.id DESC LIMIT ?`,
        ...where.values,
        page.limit + 1,
      );
      return toPage(rows, page, 'last_at', 'id', toAlert);
    },
    alert(id) {
      const row = /^\d{1,15}$/.test(id) ? sql.get('SELECT * FROM api_alerts WHERE id = ?', Number(id)) : null;
      return row === null ? null : toAlert(row);
    },
    alertCounts() {
      const counts = { new: 0, acknowledged: 0, muted: 0, normal: 0 };
      for (const row of sql.all('SELECT state, n FROM api_alert_counts'))
        counts[String(row.state) as AlertState] = Number(row.n);
      return counts;
    },
    setAlertState: (ids, change) =>
      sql.atomically(() =>
        ids.reduce((sum, id) => sum + (/^\d{1,15}$/.test(id) ? setState(Number(id), change) : 0), 0),
      ),
    isMuted: (entity, rule, now) =>
      sql.get(
        `SELECT 1 FROM api_mutes WHERE entity = ? AND rule IN ('', ?) AND (until IS NULL OR until > ?)`,
        entity,
        rule,
        now,
      ) !== null,
    entities(filter, page) {
      const from = readCursor(page.cursor);
      const where = new Where().and('field = ?', filter.field);
      if (filter.q !== undefined) where.and(`value LIKE ? ESCAPE '\\'`, likePart(filter.q));
      // A range of the primary key: every value that begins so.
      if (filter.prefix !== undefined)
        where.and('value >= ? AND value < ?', filter.prefix, `${filter.prefix}\u{10ffff}`);
      if (from !== null) where.and('(last_at, value) < (?, ?)', from.at, from.id);
      const text = `SELECT * FROM api_entities ${where.text} ORDER BY last_at DESC, value DESC LIMIT ?`;
      const rows = takeAccepted(sql.iterate(text, ...where.values, MAX_LOOKED_AT), page.limit + 1, (row) =>
        filter.accept === undefined ? true : filter.accept(String(row.value)),
      );
      return toPage(rows, page, 'last_at', 'value', toEntity);
    },
    entity(value) {
      const row = sql.get('SELECT * FROM api_entities WHERE value = ? ORDER BY last_at DESC LIMIT 1', value);
      return row === null ? null : toEntity(row);
    },
  };
}

function toEntity(row: Row): EntityRow {
  return {
    field: String(row.field),
    value: String(row.value),
    level: levelOf(row.level),
    firstAt: Number(row.first_at),
    lastAt: Number(row.last_at),
    detections: Number(row.detections),
    alerts: Number(row.alerts),
  };
}
