/** Contract of what is going on: status, the sentence of the first page, detections, alerts, timeline, lists of the worst. */
import { z } from 'zod';
import { isTimeZone } from '../../kit/time-zone.ts';
import { CANARY_STAGES } from '../../model/canary.ts';
import { decision } from './decide.ts';
import { action, key, level, moment, page, pageQuery, type Route, rangeQuery, words } from './shapes.ts';

/** One source. */
export const source = z.object({
  id: z.string(),
  state: z.enum(['waiting', 'reading', 'lost']),
  lag: z.number().describe('Known unread bytes or entries.'),
  rotations: z.number(),
  truncated: z.number(),
  problem: z.string().nullable(),
  counts: z
    .record(z.string(), z.number())
    .optional()
    .describe('Further totals of the source: dropped, malformed, refused ...'),
  levels: z.record(z.string(), z.number()).optional().describe('What it has now: connections, files, containers ...'),
  lines: z.number(),
  linesEver: z.number().describe('Over all runs.'),
  decoded: z.number(),
  told: z.number().describe('Decoded lines whose message a decoder knew.'),
  decodedShare: z.number().nullable().describe('Share of the last minutes’ lines that were understood, 0 to 1.'),
  lagSeconds: z.number().describe('Age of the newest event read while more waits; 0 when caught up.'),
  lastEventAt: moment.nullable(),
  clockSkewMs: z.number().nullable(),
});

/** A snapshot of the running engine. */
export const status = z.object({
  version: z.string(),
  mode: z.enum(['observe', 'enforce']),
  demonstration: z.boolean().describe('True while what is seen is made up.'),
  startedAt: moment,
  now: moment,
  healthy: z.boolean(),
  problems: z.array(z.string()),
  warnings: z.array(z.string()).describe('Not wrong, but worth a look.'),
  alarms: z.array(
    z.object({ code: z.string(), subject: z.string(), colour: z.enum(['red', 'yellow']), since: moment }),
  ),
  canary: z
    .object({
      lastRunAt: moment.nullable(),
      lastSuccessAt: moment.nullable(),
      latencyMs: z.number().nullable(),
      stoppedAt: z.enum(CANARY_STAGES).nullable().describe('The link at which its last flight stopped.'),
      problem: z.string().nullable(),
      failures: z.number(),
      firewall: z.boolean().describe('False while nobody is blocked: then the firewall is not asked.'),
    })
    .nullable()
    .describe('A line of bekci’s own that travels the whole chain on a schedule.'),
  lines: z.number(),
  decoded: z.number(),
  detections: z.number(),
  faults: z.number(),
  linesPerSecond: z.number(),
  activeDecisions: z.number(),
  sources: z.array(source),
  enforcers: z.array(z.object({ responder: z.string(), message: z.string(), since: moment })),
  detectors: z.record(z.string(), z.number()),
  responders: z.record(z.string(), z.record(z.string(), z.number())),
  notifiers: z.record(z.string(), z.string()).describe('Those that fail now, with the error.'),
  alerts: z.object({ sent: z.number(), failed: z.number() }),
  mended: z.object({ applied: z.number(), revoked: z.number() }),
  rssBytes: z.number(),
});

/** A rule, indicator or model that spoke. */
export const ruleInfo = z.object({
  id: z.string(),
  title: z.string(),
  level,
  tags: z.array(z.string()),
  kind: z.enum(['sigma', 'correlation', 'indicator', 'anomaly']),
  action,
});

/** One detection. `lines` are raw log text: hostile, escape it where it is shown. */
export const detection = z.object({
  id: z.string(),
  at: moment,
  rule: ruleInfo,
  entity: z.record(z.string(), z.string()),
  events: z.number(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])),
  lines: z.array(z.string()),
  sources: z.array(z.string()),
});

/** What a person made of an alert. */
export const alertState = z.enum(['new', 'acknowledged', 'muted', 'normal']);

/** Detections about one entity, as one row. */
export const alert = z.object({
  id: z.string(),
  entityField: z.string(),
  entity: z.string(),
  level,
  state: alertState,
  stateUntil: moment.nullable(),
  note: z.string(),
  changedBy: z.string().nullable(),
  firstAt: moment,
  lastAt: moment,
  detections: z.number(),
  events: z.number(),
  rules: z.array(z.object({ id: z.string(), title: z.string(), level, count: z.number() })),
  tactics: z.array(z.string()).describe('ATT&CK tags: `attack.t1110`, `attack.credential-access`.'),
  sources: z.array(z.string()),
  decision: decision.nullable().describe('The newest decision about the entity.'),
});

/** A raw line with the parts that matter marked, and what it was decoded to. */
export const evidenceLine = z.object({
  text: z.string(),
  source: z.string(),
  at: moment.nullable(),
  zone: z.string().describe('Time zone of the log, for stamps that name none.'),
  fields: z.record(z.string(), z.unknown()).describe('Flat ECS fields; empty when it does not decode any more.'),
  marks: z.array(z.object({ start: z.number().int(), end: z.number().int(), field: z.string() })),
});

/** A ban that the door refused. */
export const refusal = z.object({
  ip: z.string(),
  at: moment,
  rule: z.string().nullable(),
  detection: z.string().nullable(),
  code: z.string(),
  detail: z.string(),
  why: words.describe('Code and detail in words.'),
});

/** Everything about one alert. */
export const alertDetail = alert.extend({
  story: words,
  items: z.array(detection).describe('Its newest detections, newest first, at most 50.'),
  lines: z.array(evidenceLine),
  decisions: z.array(decision),
  refusals: z.array(refusal),
  related: z.array(alert),
});

const alertQuery = pageQuery.extend(rangeQuery.shape).extend({
  state: alertState.optional(),
  level: level.optional().describe('This level and above.'),
  rule: z.string().max(200).optional(),
  tactic: z.string().max(100).optional(),
  source: z.string().max(500).optional(),
  entity: z.string().max(300).optional(),
  q: z.string().max(200).optional().describe('Part of the entity or of a rule title.'),
});

const stateChange = z.strictObject({
  state: alertState,
  until: moment.nullish().describe('For muted: when it ends.'),
  note: z.string().max(500).optional(),
});

/** The sentence of the first page and what it rests on. */
export const nowPage = z.object({
  verdict: z.enum(['calm', 'attention', 'act']),
  sentence: words,
  mode: z.enum(['observe', 'enforce']),
  at: moment,
  facts: z.object({
    bansLastHour: z.number(),
    activeBans: z.number(),
    detectionsLastHour: z.number(),
    newAlerts: z.number(),
    worstNew: level.nullable(),
    sourcesReading: z.number(),
    sourcesTotal: z.number(),
    linesPerSecond: z.number(),
  }),
  problems: z.array(z.string()),
  newest: z.array(alert),
});

/** One bucket of the timeline. */
export const bucket = z.object({
  at: moment,
  lines: z.number(),
  decoded: z.number(),
  bans: z.number(),
  detections: z.object({
    informational: z.number(),
    low: z.number(),
    medium: z.number(),
    high: z.number(),
    critical: z.number(),
  }),
});

const id = z.object({ id: key });

/** Routes of watching. */
export const watchRoutes = {
  status: {
    method: 'GET',
    path: '/status',
    role: 'viewer',
    tag: 'watch',
    summary: 'The running engine',
    response: status,
  },
  now: {
    method: 'GET',
    path: '/now',
    role: 'viewer',
    tag: 'watch',
    summary: 'Is all well? One sentence',
    response: nowPage,
  },
  sources: {
    method: 'GET',
    path: '/sources',
    role: 'viewer',
    tag: 'watch',
    summary: 'Sources and their health',
    response: z.object({ items: z.array(source) }),
  },
  explain: {
    method: 'POST',
    path: '/explain',
    role: 'viewer',
    tag: 'watch',
    summary: 'What bekci makes of log lines',
    body: z.strictObject({
      lines: z.array(z.string().max(8192)).min(1).max(50),
      program: z.string().max(100).nullish(),
      timezone: z.string().max(100).refine(isTimeZone, 'an IANA name such as Europe/Istanbul').nullish(),
    }),
    response: z.object({
      items: z.array(
        z.object({
          text: z.string(),
          event: z.record(z.string(), z.unknown()).nullable(),
          rules: z.array(z.object({ id: z.string(), title: z.string(), level, role: z.enum(['evidence', 'alert']) })),
        }),
      ),
    }),
  },
  detections: {
    method: 'GET',
    path: '/detections',
    role: 'viewer',
    tag: 'watch',
    summary: 'Detections, newest first',
    query: pageQuery.extend(rangeQuery.shape).extend({
      rule: z.string().max(200).optional(),
      level: level.optional(),
      entity: z.string().max(300).optional(),
    }),
    response: page(detection),
  },
  detection: {
    method: 'GET',
    path: '/detections/{id}',
    role: 'viewer',
    tag: 'watch',
    summary: 'One detection',
    params: id,
    response: detection,
  },
  alerts: {
    method: 'GET',
    path: '/alerts',
    role: 'viewer',
    tag: 'alerts',
    summary: 'Alerts, one row an entity and episode, newest first',
    query: alertQuery,
    response: page(alert).extend({
      counts: z.object({ new: z.number(), acknowledged: z.number(), muted: z.number(), normal: z.number() }),
    }),
  },
  alertsExport: {
    method: 'GET',
    path: '/alerts/export',
    role: 'viewer',
    tag: 'alerts',
    summary: 'Alerts as CSV or NDJSON',
    query: alertQuery.omit({ cursor: true, limit: true }).extend({
      format: z.enum(['csv', 'ndjson']).default('csv'),
      limit: z.coerce.number().int().min(1).max(10_000).default(1000),
    }),
    kind: 'file',
    response: z.string(),
  },
  alert: {
    method: 'GET',
    path: '/alerts/{id}',
    role: 'viewer',
    tag: 'alerts',
    summary: 'One alert with its story and evidence',
    params: id,
    response: alertDetail,
  },
  changeAlert: {
    method: 'PATCH',
    path: '/alerts/{id}',
    role: 'operator',
    tag: 'alerts',
    summary: 'Acknowledge, mute, mark normal, reopen',
    params: id,
    body: stateChange,
    response: alert,
  },
  changeAlerts: {
    method: 'POST',
    path: '/alerts/state',
    role: 'operator',
    tag: 'alerts',
    summary: 'The same for many',
    body: stateChange.extend({ ids: z.array(key).min(1).max(1000) }),
    response: z.object({ changed: z.number(), undo: z.string(), undoUntil: moment }),
  },
  timeline: {
    method: 'GET',
    path: '/timeline',
    role: 'viewer',
    tag: 'watch',
    summary: 'Lines, detections and bans per bucket',
    query: rangeQuery.extend({ buckets: z.coerce.number().int().min(1).max(500).default(120) }),
    response: z.object({ from: moment, to: moment, stepMs: z.number(), buckets: z.array(bucket) }),
  },
  top: {
    method: 'GET',
    path: '/top',
    role: 'viewer',
    tag: 'watch',
    summary: 'Who and what came most',
    query: rangeQuery.extend({
      by: z.enum(['entity', 'rule', 'network', 'source', 'user']),
      limit: z.coerce.number().int().min(1).max(100).default(10),
    }),
    response: z.object({
      items: z.array(z.object({ key: z.string(), title: z.string(), count: z.number(), lastAt: moment })),
    }),
  },
  live: {
    method: 'GET',
    path: '/live',
    role: 'viewer',
    tag: 'watch',
    kind: 'events',
    summary: 'Server-sent events with ids; resume with Last-Event-ID; `resync` means: read the lists anew',
    response: z.discriminatedUnion('event', [
      z.object({ event: z.literal('detection'), data: detection }),
      z.object({ event: z.literal('decision'), data: decision }),
      z.object({ event: z.literal('alert'), data: alert }),
      z.object({
        event: z.literal('status'),
        data: status.omit({ sources: true, detectors: true, demonstration: true }),
      }),
      z.object({ event: z.literal('resync'), data: z.object({ reason: z.string() }) }),
    ]),
  },
} as const satisfies Record<string, Route>;
