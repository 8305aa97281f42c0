/**
 * Keeps what the API lists beside the detections, in the engine's own transaction: alerts by entity and episode, entities,
 * figures, numbered changes. One commit's detections are summed up first, so that a flood about one attacker costs one row each.
 */
import { LEVELS, mainEntity, type StoredDetection } from '../../../model/detection.ts';
import type { AlertState } from '../../api-store.ts';
import { networkKey } from './network-key.ts';
import { type Row, type Sql, textOrNull } from './sql.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
/** An episode of an entity ends after six quiet hours of the log's clock. */
const QUIET = 6 * HOUR;

interface Open {
  readonly id: number;
  readonly entity: string;
  level: number;
  state: AlertState;
  stateUntil: number | null;
  firstAt: number;
  lastAt: number;
  detections: number;
  events: number;
  readonly rules: Map<string, { readonly detection: StoredDetection; n: number }>;
  readonly sources: Set<string>;
}

interface Tally {
  readonly title: string;
  n: number;
  lastAt: number;
}

/** Notes detections that were just written. Within a transaction of the caller's. */
export function keepDetections(sql: Sql, detections: readonly StoredDetection[]): void {
  if (detections.length === 0) return;
  const open = new Map<string, Open>();
  const touched = new Set<Open>();
  for (const detection of detections) {
    const entity = mainEntity(detection.entity);
    const known = open.get(entity);
    const alert = known !== undefined && isNear(known, detection.at) ? known : openAlert(sql, detection, entity);
    // An older episode of the same commit is written before it is looked for again.
    if (known !== undefined && alert !== known) writeAlert(sql, known);
    open.set(entity, alert);
    touched.add(alert);
    addTo(alert, detection);
    sql.run(`INSERT INTO api_changes (kind, ref) VALUES ('detection', ?)`, detection.id);
  }
  for (const alert of open.values()) writeAlert(sql, alert);
  for (const alert of touched) sql.run(`INSERT INTO api_changes (kind, ref) VALUES ('alert', ?)`, String(alert.id));
  writeEntities(sql, detections);
  writeFigures(sql, detections);
}

function isNear(alert: { readonly firstAt: number; readonly lastAt: number }, at: number): boolean {
  return alert.lastAt >= at - QUIET && alert.firstAt <= at + QUIET;
}

/** The alert of the episode a detection falls into, made when there is none. */
function openAlert(sql: Sql, { entity: fields, rule, at }: StoredDetection, entity: string): Open {
  const row = sql.get(
    'SELECT * FROM api_alerts WHERE entity = ? AND last_at >= ? AND first_at <= ? ORDER BY last_at DESC LIMIT 1',
    entity,
    at - QUIET,
    at + QUIET,
  );
  if (row !== null) return toOpen(row);
  const mute = sql.get(
    `SELECT kind, until FROM api_mutes WHERE entity = ? AND rule IN ('', ?) AND (until IS NULL OR until > ?) LIMIT 1`,
    entity,
    rule.id,
    at,
  );
  const field = fields['source.ip'] === undefined ? (Object.keys(fields)[0] ?? '') : 'source.ip';
  const made = sql.get(
    `INSERT INTO api_alerts (field, entity, state, state_until, first_at, last_at) VALUES (?, ?, ?, ?, ?, ?) RETURNING *`,
    field,
    entity,
    textOrNull(mute?.kind) ?? 'new',
    mute?.until ?? null,
    at,
    at,
  );
  sql.run(
    `INSERT INTO api_entities (field, value, level, first_at, last_at, detections, alerts) VALUES (?, ?, 0, ?, ?, 0, 1)
     ON CONFLICT (value, field) DO UPDATE SET alerts = alerts + 1`,
    field,
    entity,
    at,
    at,
  );
  return toOpen(made!);
}

function toOpen(row: Row): Open {
  return {
    id: Number(row.id),
    entity: String(row.entity),
    level: Number(row.level),
    state: String(row.state) as AlertState,
    stateUntil: row.state_until === null ? null : Number(row.state_until),
    firstAt: Number(row.first_at),
    lastAt: Number(row.last_at),
    detections: Number(row.detections),
    events: Number(row.events),
    rules: new Map(),
    sources: new Set(),
  };
}

function addTo(alert: Open, detection: StoredDetection): void {
  const { at, rule, events, evidence } = detection;
  const level = LEVELS.indexOf(rule.level);
  // What got worse, or goes on after it was to be quiet, is new again.
  if (alert.state === 'acknowledged' && alert.level < level) alert.state = 'new';
  if (alert.state === 'muted' && alert.stateUntil !== null && alert.stateUntil <= at) alert.state = 'new';
  alert.level = Math.max(alert.level, level);
  alert.firstAt = Math.min(alert.firstAt, at);
  alert.lastAt = Math.max(alert.lastAt, at);
  alert.detections++;
  alert.events += events;
  const mine = alert.rules.get(rule.id);
  if (mine === undefined) alert.rules.set(rule.id, { detection, n: 1 });
  else mine.n++;
  for (const each of evidence) alert.sources.add(each.source);
}

function writeAlert(sql: Sql, alert: Open): void {
  sql.run(
    'UPDATE api_alerts SET level = ?, state = ?, first_at = ?, last_at = ?, detections = ?, events = ? WHERE id = ?',
    alert.level,
    alert.state,
    alert.firstAt,
    alert.lastAt,
    alert.detections,
    alert.events,
    alert.id,
  );
  for (const [id, { detection, n }] of alert.rules)
    sql.run(
      `INSERT INTO api_alert_rules (alert, rule, title, level, tags, n) VALUES (?, ?, ?, ?, ?, ?)
       ON CONFLICT (alert, rule) DO UPDATE SET n = n + excluded.n`,
      alert.id,
      id,
      detection.rule.title,
      LEVELS.indexOf(detection.rule.level),
      JSON.stringify(detection.rule.tags),
      n,
    );
  for (const source of alert.sources)
    sql.run('INSERT OR IGNORE INTO api_alert_sources (alert, source) VALUES (?, ?)', alert.id, source);
  alert.rules.clear();
  alert.sources.clear();
}

function writeEntities(sql: Sql, detections: readonly StoredDetection[]): void {
  const sums = new Map<string, { n: number; level: number; first: number; last: number }>();
  for (const { entity, at, rule } of detections) {
    const value = mainEntity(entity);
    const sum = sums.get(value) ?? { n: 0, level: 0, first: at, last: at };
    sum.n++;
    sum.level = Math.max(sum.level, LEVELS.indexOf(rule.level));
    sum.first = Math.min(sum.first, at);
    sum.last = Math.max(sum.last, at);
    sums.set(value, sum);
  }
  for (const [value, { n, level, first, last }] of sums)
    sql.run(
      `UPDATE api_entities SET first_at = min(first_at, ?), last_at = max(last_at, ?), detections = detections + ?,
       level = max(level, ?) WHERE value = ?`,
      first,
      last,
      n,
      level,
      value,
    );
}

function writeFigures(sql: Sql, detections: readonly StoredDetection[]): void {
  const buckets = new Map<number, Map<number, number[]>>([
    [MINUTE, new Map()],
    [HOUR, new Map()],
  ]);
  const tops = new Map<string, Map<string, Tally>>();
  const rules = new Map<string, Tally>();
  for (const { at, rule, entity, evidence } of detections) {
    for (const [size, mine] of buckets) {
      const start = at - (at % size);
      const counts = mine.get(start) ?? [0, 0, 0, 0, 0];
      counts[LEVELS.indexOf(rule.level)]!++;
      mine.set(start, counts);
    }
    tally(rules, rule.id, rule.title, at);
    const hour = at - (at % HOUR);
    const value = mainEntity(entity);
    const keys: readonly (readonly [string, string | undefined, string | undefined])[] = [
      ['entity', value, value],
      ['rule', rule.id, rule.title],
      ['source', evidence[0]?.source, evidence[0]?.source],
      ['user', entity['user.name'], entity['user.name']],
      ['network', networkKey(entity['source.ip']), networkKey(entity['source.ip'])],
    ];
    for (const [kind, key, title] of keys) {
      if (key === undefined || title === undefined) continue;
      const place = `${kind} ${hour}`;
      let mine = tops.get(place);
      if (mine === undefined) {
        mine = new Map();
        tops.set(place, mine);
      }
      tally(mine, key, title, at);
    }
  }
  for (const [size, mine] of buckets)
    for (const [at, counts] of mine)
      sql.run(
        `INSERT INTO api_buckets (size, at, d0, d1, d2, d3, d4) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (size, at) DO UPDATE SET
         d0 = d0 + excluded.d0, d1 = d1 + excluded.d1, d2 = d2 + excluded.d2, d3 = d3 + excluded.d3, d4 = d4 + excluded.d4`,
        size,
        at,
        ...counts,
      );
  for (const [rule, { title, n, lastAt }] of rules)
    sql.run(
      `INSERT INTO api_rule_hits (rule, title, n, last_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (rule) DO UPDATE SET title = excluded.title, n = n + excluded.n, last_at = max(last_at, excluded.last_at)`,
      rule,
      title,
      n,
      lastAt,
    );
  for (const [place, mine] of tops) {
    const [kind, hour] = place.split(' ') as [string, string];
    for (const [key, { title, n, lastAt }] of mine)
      sql.run(
        `INSERT INTO api_top (kind, hour, key, title, n, last_at) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (kind, hour, key) DO UPDATE SET n = n + excluded.n, last_at = max(last_at, excluded.last_at)`,
        kind,
        Number(hour),
        key,
        title,
        n,
        lastAt,
      );
  }
}

function tally(into: Map<string, Tally>, key: string, title: string, at: number): void {
  const mine = into.get(key);
  if (mine === undefined) into.set(key, { title, n: 1, lastAt: at });
  else {
    mine.n++;
    mine.lastAt = Math.max(mine.lastAt, at);
  }
}
