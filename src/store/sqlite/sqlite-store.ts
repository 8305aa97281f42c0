/** The embedded store on node:sqlite. */
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Alert } from '../../model/alert.ts';
import type { DecisionOrigin, DecisionState } from '../../model/decision.ts';
import { mainEntity, type StoredDetection } from '../../model/detection.ts';
import type { Checkpoint } from '../../model/line.ts';
import type { Commit, DecisionRecord, ListOptions, QueuedAlert, Store, StoreCounts, Unsettled } from '../store.ts';
import { appendAudit } from './api/audit.ts';
import { keepDetections } from './api/keep.ts';
import { type Sql as ApiSql, createSql } from './api/sql.ts';
import { openDatabase } from './database.ts';
import { type Row, toDecision, toDetection, toRefusal } from './rows.ts';
import { createStateJournal } from './state-journal.ts';

type Column = string | number | null;

const DEFAULT_LIMIT = 100;
const ACTIVE_COLUMNS =
  'SELECT id, ip, at, seconds, expires_at, origin, rule, detection, reason, offence, state, error, attempts FROM decisions';
/** No alert is put off for longer: one that seems to be was queued before the clock was set back. */
const LONGEST_WAIT_MS = 2 * 3_600_000;
const ACTIVE_STATES = `('pending', 'applied', 'failed', 'observed')`;

/** Opens (and creates) the store file; `:memory:` for one that is forgotten. */
export function openStore(path: string, options: { readonly readOnly?: boolean } = {}): Store {
  const db = openDatabase(path, options.readOnly ?? false);
  if (options.readOnly !== true) takeInOlder(db);
  return createStore(db, options.readOnly ?? false);
}

/** Detections of a version that kept nothing for the API. */
function takeInOlder(db: DatabaseSync): void {
  const sql = createSql(db);
  if (sql.get('SELECT 1 FROM api_rule_hits LIMIT 1') !== null) return;
  if (sql.get('SELECT 1 FROM detections LIMIT 1') === null) return;
  sql.atomically(() => {
    let piece: StoredDetection[] = [];
    for (const row of sql.iterate('SELECT * FROM detections ORDER BY at')) {
      if (piece.push(toDetection(row)) < 1000) continue;
      keepDetections(sql, piece);
      piece = [];
    }
    keepDetections(sql, piece);
  });
}

function createStore(db: DatabaseSync, readOnly: boolean): Store {
  const lists = createSql(db);
  const journal = createStateJournal(lists);
  const prepared = new Map<string, StatementSync>();
  const sql = (text: string): StatementSync => {
    let statement = prepared.get(text);
    if (statement === undefined) {
      statement = db.prepare(text);
      prepared.set(text, statement);
    }
    return statement;
  };
  const atomically = (work: () => void): void => {
    db.exec('BEGIN IMMEDIATE');
    try {
      work();
      db.exec('COMMIT');
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
  const withJournal = (work: () => void): void => {
    try {
      atomically(work);
    } catch (error) {
      journal.rolledBack();
      throw error;
    }
  };
  const all = (text: string, ...values: (string | number | null)[]): Row[] => sql(text).all(...values) as Row[];

  return {
    commit: (change) =>
      withJournal(() => {
        const fresh = change.detections.filter((detection) => insertDetection(sql, detection));
        keepDetections(lists, fresh);
        writeCommit(sql, lists, change);
        journal.append(change.state);
      }),
    checkpoints: () =>
      new Map(
        all('SELECT source, value FROM checkpoints').map((row) => [
          String(row.source),
          JSON.parse(String(row.value)) as Checkpoint,
        ]),
      ),
    *state(owner) {
      if (!readOnly && !journal.isEmpty()) withJournal(() => journal.fold());
      yield* journal.entriesOf(owner);
    },
    stateOwners: (prefix) => journal.owners(prefix),
    detections: (options) => listDetections(all, options),
    decisions: (options) => listDecisions(all, options),
    *activeDecisions(at) {
      const shared = new Map<string, string>();
      const statement = db.prepare(`${ACTIVE_COLUMNS} WHERE expires_at > ? AND state IN ${ACTIVE_STATES}`);
      // Rows as arrays: half the time of objects, which counts for a hundred thousand.
      statement.setReturnArrays(true);
      for (const row of statement.iterate(at)) yield fromColumns(row as unknown as Column[], shared);
    },
    refusals: (options) =>
      all(
        `SELECT * FROM refusals ${options.entity === undefined ? '' : 'WHERE ip = ?'} ORDER BY at DESC LIMIT ?`,
        ...(options.entity === undefined ? [] : [options.entity]),
        options.limit ?? DEFAULT_LIMIT,
      ).map(toRefusal),
    priorBans: (ip, since) =>
      Number((sql('SELECT count(*) AS n FROM decisions WHERE ip = ? AND at > ?').get(ip, since) as Row).n),
    setDecisionState: (changes) =>
      atomically(() => {
        const update = sql(
          `UPDATE decisions SET state = ?, error = ?, attempts = attempts + 1 WHERE id = ? AND state NOT IN ('expired', 'revoked')`,
        );
        for (const { id, state, error } of changes) update.run(state, error, id);
      }),
    addDecision: (decision) => void insertDecision(sql, decision),
    dueAlerts: (now, limit, notifier) =>
      all(
        `SELECT * FROM alerts WHERE state = 'waiting' AND (next_at <= ? OR next_at > ?) AND (? IS NULL OR notifier = ?)
         ORDER BY next_at LIMIT ?`,
        now,
        now + LONGEST_WAIT_MS,
        notifier ?? null,
        notifier ?? null,
        limit,
      ).map(toQueuedAlert),
    alertSent: (id, notifier) => void sql('DELETE FROM alerts WHERE id = ? AND notifier = ?').run(id, notifier),
    alertFailed: (id, notifier, nextAt, error) =>
      void sql('UPDATE alerts SET attempts = attempts + 1, next_at = ?, error = ? WHERE id = ? AND notifier = ?').run(
        nextAt,
        error,
        id,
        notifier,
      ),
    alertDead: (id, notifier, error) =>
      void sql(
        `UPDATE alerts SET state = 'dead', attempts = attempts + 1, error = ? WHERE id = ? AND notifier = ?`,
      ).run(error, id, notifier),
    counts: () => readCounts(sql),
    unsettled: (now) => readUnsettled(sql, now),
    prune: (before) =>
      atomically(() => {
        sql('DELETE FROM detections WHERE at < ?').run(before);
        sql('DELETE FROM decisions WHERE expires_at < ?').run(before);
        sql('DELETE FROM refusals WHERE at < ?').run(before);
        sql(`DELETE FROM alerts WHERE state = 'dead' AND next_at < ?`).run(before);
      }),
    close: () => db.close(),
  };
}

type Sql = (text: string) => StatementSync;
type All = (text: string, ...values: (string | number | null)[]) => Row[];

function writeCommit(sql: Sql, lists: ApiSql, change: Commit): void {
  for (const decision of change.decisions) if (insertDecision(sql, decision)) auditDecision(lists, decision);
  const refuse = sql(
    'INSERT OR IGNORE INTO refusals (ip, at, rule, detection, code, detail) VALUES (?, ?, ?, ?, ?, ?)',
  );
  for (const r of change.refusals) refuse.run(r.ip, r.at, r.rule, r.detection ?? '', r.code, r.detail);
  const queue = sql('INSERT OR IGNORE INTO alerts (id, notifier, alert_json, next_at) VALUES (?, ?, ?, ?)');
  for (const a of change.alerts) queue.run(a.id, a.notifier, JSON.stringify(a.alert), a.nextAt);
  const resume = sql('INSERT OR REPLACE INTO checkpoints (source, value) VALUES (?, ?)');
  for (const [source, checkpoint] of change.checkpoints) resume.run(source, JSON.stringify(checkpoint));
}

/** False when it was there already. */
function insertDetection(sql: Sql, d: StoredDetection): boolean {
  const { changes } = sql(
    `INSERT INTO detections (id, at, rule, rule_json, level, entity_json, entity, events, evidence_json, facts_json, lines_json)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  ).run(
    d.id,
    d.at,
    d.rule.id,
    JSON.stringify(d.rule),
    d.rule.level,
    JSON.stringify(d.entity),
    mainEntity(d.entity),
    d.events,
    JSON.stringify(d.evidence),
    JSON.stringify(d.facts),
    JSON.stringify(d.lines),
  );
  return Number(changes) > 0;
}

/** A rule's ban in the record of who did what; bans by hand are noted where the hand is known. */
function auditDecision(sql: ApiSql, { at, origin, rule, ip, state, seconds, reason }: DecisionRecord): void {
  appendAudit(sql, {
    ...{ at, who: `${origin}:${rule ?? ''}`, address: null, target: ip, ok: true },
    action: state === 'observed' ? 'decisions.observe' : 'decisions.ban',
    detail: `${seconds} s; ${reason}`.slice(0, 500),
  });
}

/** False when it was there already. */
function insertDecision(sql: Sql, d: DecisionRecord): boolean {
  const { changes } = sql(
    `INSERT INTO decisions (id, ip, at, seconds, expires_at, origin, rule, detection, reason, offence, state, error, attempts)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  ).run(
    d.id,
    d.ip,
    d.at,
    d.seconds,
    d.expiresAt,
    d.origin,
    d.rule,
    d.detection,
    d.reason,
    d.offence,
    d.state,
    d.error,
    d.attempts,
  );
  return Number(changes) > 0;
}

function listDetections(all: All, options: ListOptions): StoredDetection[] {
  const where = options.entity === undefined ? '' : 'WHERE entity = ?';
  const values = options.entity === undefined ? [] : [options.entity];
  return all(
    `SELECT * FROM detections ${where} ORDER BY at DESC, id LIMIT ?`,
    ...values,
    options.limit ?? DEFAULT_LIMIT,
  ).map(toDetection);
}

function listDecisions(all: All, options: ListOptions): DecisionRecord[] {
  const tests: string[] = [];
  const values: (string | number)[] = [];
  if (options.entity !== undefined) {
    tests.push('ip = ?');
    values.push(options.entity);
  }
  if (options.activeAt !== undefined) {
    tests.push(`expires_at > ? AND state IN ${ACTIVE_STATES}`);
    values.push(options.activeAt);
  }
  if (options.state !== undefined) {
    tests.push('state = ?');
    values.push(options.state);
  }
  const where = tests.length === 0 ? '' : `WHERE ${tests.join(' AND ')}`;
  return all(
    `SELECT * FROM decisions ${where} ORDER BY at DESC, id LIMIT ?`,
    ...values,
    options.limit ?? DEFAULT_LIMIT,
  ).map((row) => toDecision(row));
}

/** The same few rules and reasons stand in all of a hundred thousand bans: one text serves them all. */
function once(text: string, shared: Map<string, string>): string {
  const known = shared.get(text);
  if (known === undefined && shared.size < 1024) shared.set(text, text);
  return known ?? text;
}

function fromColumns(row: readonly Column[], shared: Map<string, string>): DecisionRecord {
  const [id, ip, at, seconds, expires_at, origin, rule, detection, reason, offence, state, error, attempts] = row as [
    string,
    string,
    number,
    number,
    number,
    string,
    string | null,
    string | null,
    string,
    number,
    string,
    string | null,
    number,
  ];
  return {
    id,
    action: 'ban',
    ip,
    at,
    seconds,
    expiresAt: expires_at,
    origin: once(origin, shared) as DecisionOrigin,
    rule: rule === null ? null : once(rule, shared),
    detection,
    reason: once(reason, shared),
    offence,
    state: once(state, shared) as DecisionState,
    error,
    attempts,
  };
}

function toQueuedAlert(row: Row): QueuedAlert {
  return {
    id: String(row.id),
    notifier: String(row.notifier),
    alert: JSON.parse(String(row.alert_json)) as Alert,
    attempts: Number(row.attempts),
    nextAt: Number(row.next_at),
  };
}

function readCounts(sql: Sql): StoreCounts {
  const row = sql(
    `SELECT (SELECT count(*) FROM detections) AS detections, (SELECT count(*) FROM decisions) AS decisions,
            (SELECT count(*) FROM alerts WHERE state = 'waiting') AS waiting, (SELECT count(*) FROM alerts WHERE state = 'dead') AS dead`,
  ).get() as Row;
  return {
    detections: Number(row.detections),
    decisions: Number(row.decisions),
    alertsWaiting: Number(row.waiting),
    alertsDead: Number(row.dead),
  };
}

function readUnsettled(sql: Sql, now: number): Unsettled {
  const count = (state: 'pending' | 'failed'): number =>
    Number(
      (
        sql('SELECT count(*) AS n FROM (SELECT 1 FROM decisions WHERE state = ? AND expires_at > ? LIMIT 1000)').get(
          state,
          now,
        ) as Row
      ).n,
    );
  const first = sql(`SELECT id FROM decisions WHERE state = 'pending' AND expires_at > ? ORDER BY at, id LIMIT 1`).get(
    now,
  ) as Row | undefined;
  return { pending: count('pending'), oldest: first === undefined ? null : String(first.id), failed: count('failed') };
}
