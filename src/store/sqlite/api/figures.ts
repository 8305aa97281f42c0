/** Figures that are kept ready, and the numbered list of changes. */
import type { Bucket, Change, FigureStore } from '../../api-store.ts';
import type { Row, Sql } from './sql.ts';

/** Changes kept for those who resume. */
const MAX_CHANGES = 50_000;
const DAY = 86_400_000;
const MINUTES_KEPT = 3 * DAY;
/** Lists of the worst are made anew in these steps of their range, ms. */
const TOP_STEP = 60_000;
const MAX_TOPS = 100;

/** The part of the store that counts. */
export function createFigures(sql: Sql): FigureStore {
  type Top = ReturnType<FigureStore['top']>;
  const tops = new Map<string, Top>();
  /** Adding up a month takes long, and what was answered a minute ago still holds. */
  const remembered = (key: string, make: () => Top): Top => {
    const known = tops.get(key);
    if (known !== undefined) return known;
    const made = make();
    if (tops.size >= MAX_TOPS) tops.delete(tops.keys().next().value!);
    tops.set(key, made);
    return made;
  };
  return {
    addLines(at, lines, decoded) {
      sql.atomically(() => {
        for (const size of [60_000, 3_600_000])
          sql.run(
            `INSERT INTO api_buckets (size, at, lines, decoded) VALUES (?, ?, ?, ?)
             ON CONFLICT (size, at) DO UPDATE SET lines = lines + excluded.lines, decoded = decoded + excluded.decoded`,
            size,
            at - (at % size),
            lines,
            decoded,
          );
      });
    },
    buckets: (from, to, size) =>
      sql
        .all(
          'SELECT * FROM api_buckets WHERE size = ? AND at >= ? AND at < ? ORDER BY at',
          size,
          from - (from % size),
          to,
        )
        .map(toBucket),
    top: (kind, from, to, limit) =>
      remembered(`${kind} ${from - (from % TOP_STEP)} ${to - (to % TOP_STEP)} ${limit}`, () =>
        sql
          .all(
            `SELECT key, max(title) AS title, sum(n) AS n, max(last_at) AS last_at FROM api_top
           WHERE kind = ? AND hour >= ? AND hour < ? GROUP BY key ORDER BY n DESC, last_at DESC LIMIT ?`,
            kind,
            from - (from % 3_600_000),
            to,
            limit,
          )
          .map((row) => ({
            key: String(row.key),
            title: String(row.title),
            count: Number(row.n),
            lastAt: Number(row.last_at),
          })),
      ),
    ruleHits: () =>
      new Map(
        sql
          .all('SELECT * FROM api_rule_hits')
          .map((row) => [String(row.rule), { hits: Number(row.n), lastAt: Number(row.last_at) }]),
      ),
    scores: (entity) =>
      sql
        .all(
          `SELECT at - at % ${DAY} AS day, sum(CASE level WHEN 'critical' THEN 16 WHEN 'high' THEN 8 WHEN 'medium' THEN 4 WHEN 'low' THEN 2 ELSE 1 END) AS score
           FROM (SELECT at, level FROM detections WHERE entity = ? ORDER BY at DESC LIMIT 10000) GROUP BY day ORDER BY day`,
          entity,
        )
        .map((row) => ({ at: Number(row.day), score: Number(row.score) })),
    changesAfter: (seq, limit) =>
      sql
        .all('SELECT * FROM api_changes WHERE seq > ? ORDER BY seq LIMIT ?', seq, limit)
        .map(
          (row): Change => ({ seq: Number(row.seq), kind: String(row.kind) as Change['kind'], ref: String(row.ref) }),
        ),
    changeRange() {
      const row = sql.get(
        'SELECT (SELECT min(seq) FROM api_changes) AS first, (SELECT max(seq) FROM api_changes) AS last',
      );
      const last = sql.get(`SELECT seq FROM sqlite_sequence WHERE name = 'api_changes'`);
      return { first: Number(row?.first ?? 0), last: Number(row?.last ?? last?.seq ?? 0) };
    },
    prune(before) {
      sql.atomically(() => {
        sql.run('DELETE FROM api_changes WHERE seq <= (SELECT max(seq) FROM api_changes) - ?', MAX_CHANGES);
        sql.run('DELETE FROM api_alerts WHERE last_at < ?', before);
        sql.run('DELETE FROM api_entities WHERE last_at < ?', before);
        sql.run('DELETE FROM api_top WHERE hour < ?', before);
        sql.run(
          'DELETE FROM api_buckets WHERE at < ? OR (size = 60000 AND at < (SELECT max(at) FROM api_buckets) - ?)',
          before,
          MINUTES_KEPT,
        );
        sql.run('DELETE FROM api_pulls WHERE at < ?', before);
        sql.run('DELETE FROM api_idempotency WHERE at < (SELECT max(at) FROM api_idempotency) - ?', DAY);
      });
    },
  };
}

function toBucket(row: Row): Bucket {
  return {
    at: Number(row.at),
    lines: Number(row.lines),
    decoded: Number(row.decoded),
    bans: Number(row.bans),
    detections: {
      informational: Number(row.d0),
      low: Number(row.d1),
      medium: Number(row.d2),
      high: Number(row.d3),
      critical: Number(row.d4),
    },
  };
}
