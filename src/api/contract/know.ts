/** Contract of what is known: entities, rules, indicators, models. */
import { z } from 'zod';
import { decision } from './decide.ts';
import { fault, key, level, moment, page, pageQuery, type Route, words } from './shapes.ts';
import { alert, detection, refusal } from './watch.ts';

/** One address or user as a row. */
export const entity = z.object({
  field: z.string(),
  value: z.string(),
  level,
  firstAt: moment,
  lastAt: moment,
  detections: z.number(),
  alerts: z.number(),
});

/** Everything known of one. */
export const entityDetail = z.object({
  field: z.string(),
  value: z.string(),
  known: z.boolean(),
  summary: words,
  firstAt: moment.nullable(),
  lastAt: moment.nullable(),
  detections: z.array(detection),
  alerts: z.array(alert),
  decisions: z.array(decision),
  refusals: z.array(refusal),
  indicators: z.array(z.string()).describe('Names of lists that have it.'),
  neighbours: z.array(entity).describe('Others of the same /24 or /64.'),
  score: z.array(z.object({ at: moment, score: z.number() })).describe('Weight of its detections a day.'),
  protection: z
    .object({ code: z.string(), detail: z.string() })
    .nullable()
    .describe('Why a ban of it would be refused now.'),
});

/** A rule as a row. */
export const rule = z.object({
  id: z.string(),
  name: z.string().nullable(),
  title: z.string(),
  description: z.string().nullable(),
  level,
  action: z.enum(['alert', 'ban']),
  kind: z.enum(['rule', 'correlation']),
  evidence: z.boolean().describe('Only feeds correlations.'),
  tags: z.array(z.string()),
  enabled: z.boolean(),
  origin: z.enum(['bundled', 'configured', 'user']),
  path: z.string(),
  override: z
    .object({ enabled: z.boolean().optional(), level: level.optional(), action: z.enum(['alert', 'ban']).optional() })
    .nullable(),
  hits: z.number(),
  lastHitAt: moment.nullable(),
  cost: z
    .number()
    .nullable()
    .describe('Microseconds for 1000 dull events, measured on this machine; null when unknown.'),
});

const caseResult = z.object({ name: z.string(), ok: z.boolean(), problems: z.array(z.string()) });
const ruleFile = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,80}$/, 'lower-case letters, digits, - and _');

/** One record of a backtest. */
export const backtestRecord = z.discriminatedUnion('type', [
  z.object({ type: z.literal('progress'), lines: z.number() }),
  z.object({
    type: z.literal('detection'),
    at: moment,
    rule: z.string(),
    title: z.string(),
    level,
    entity: z.record(z.string(), z.string()),
    events: z.number(),
    lines: z.array(z.string()),
  }),
  z.object({
    type: z.literal('decision'),
    at: moment,
    ip: z.string(),
    seconds: z.number(),
    rule: z.string().nullable(),
  }),
  z.object({
    type: z.literal('done'),
    lines: z.number(),
    detections: z.number(),
    decisions: z.number(),
    elapsedMs: z.number(),
  }),
  z.object({ type: z.literal('problem'), message: z.string() }),
]);

/** A model of what is usual. */
export const model = z.object({
  name: z.string(),
  learned: z.boolean(),
  seen: z.number().describe('Lines it has learned from.'),
  threshold: z.number().nullable(),
  trainedAt: moment.nullable().describe('On the log’s clock.'),
  alerts: z.number(),
  lastAlertAt: moment.nullable(),
});

const id = z.object({ id: key });

/** Routes of knowing. */
export const knowRoutes = {
  entities: {
    method: 'GET',
    path: '/entities',
    role: 'viewer',
    tag: 'entities',
    summary: 'Addresses and users that were told about, newest first',
    query: pageQuery.extend({
      field: z.string().max(100).optional(),
      q: z.string().max(200).optional().describe('Part of the value, or a CIDR.'),
    }),
    response: page(entity),
  },
  entity: {
    method: 'GET',
    path: '/entities/{value}',
    role: 'viewer',
    tag: 'entities',
    summary: 'Everything known of an address or user',
    params: z.object({ value: key }),
    response: entityDetail,
  },
  rules: {
    method: 'GET',
    path: '/rules',
    role: 'viewer',
    tag: 'rules',
    summary: 'All rules',
    response: z.object({ items: z.array(rule), problems: z.array(fault) }),
  },
  ruleCoverage: {
    method: 'GET',
    path: '/rules/coverage',
    role: 'viewer',
    tag: 'rules',
    summary: 'ATT&CK techniques and the rules that see them',
    response: z.object({
      items: z.array(
        z.object({ technique: z.string(), tactics: z.array(z.string()), rules: z.array(z.string()), hits: z.number() }),
      ),
    }),
  },
  rule: {
    method: 'GET',
    path: '/rules/{id}',
    role: 'viewer',
    tag: 'rules',
    summary: 'One rule with its text and cases',
    params: id,
    response: rule.extend({
      text: z.string(),
      cases: z.string(),
      file: z.string().nullable().describe('Name under which a user rule is saved.'),
    }),
  },
  changeRule: {
    method: 'PATCH',
    path: '/rules/{id}',
    role: 'admin',
    tag: 'rules',
    summary: 'Enable, level, action; null takes the change back',
    params: id,
    body: z.strictObject({
      enabled: z.boolean().nullish(),
      level: level.nullish(),
      action: z.enum(['alert', 'ban']).nullish(),
    }),
    response: rule.extend({ applied: z.enum(['now', 'at-restart']) }),
  },
  checkRule: {
    method: 'POST',
    path: '/rules/check',
    role: 'viewer',
    tag: 'rules',
    summary: 'Is a rule text right? Optionally runs its cases',
    body: z.strictObject({ text: z.string().max(262_144), cases: z.string().max(262_144).optional() }),
    response: z.object({
      ok: z.boolean(),
      rules: z.array(z.object({ id: z.string(), title: z.string() })),
      errors: z.array(fault),
      cases: z.array(caseResult),
    }),
  },
  saveRule: {
    method: 'PUT',
    path: '/rules/files/{name}',
    role: 'admin',
    tag: 'rules',
    summary: 'Saves a rule of your own, with a backup of what was there',
    params: z.object({ name: ruleFile }),
    body: z.strictObject({ text: z.string().max(262_144), cases: z.string().max(262_144).optional() }),
    response: z.object({
      path: z.string(),
      backup: z.string().nullable(),
      applied: z.enum(['now', 'at-restart']),
      ids: z.array(z.string()),
    }),
  },
  deleteRule: {
    method: 'DELETE',
    path: '/rules/files/{name}',
    role: 'admin',
    tag: 'rules',
    summary: 'Removes a rule of your own; a backup stays',
    params: z.object({ name: ruleFile }),
    response: z.object({ backup: z.string(), applied: z.enum(['now', 'at-restart']) }),
  },
  backtest: {
    method: 'POST',
    path: '/rules/backtest',
    role: 'operator',
    tag: 'rules',
    summary: 'A rule text over this machine’s logs, nothing is blocked',
    kind: 'ndjson',
    body: z.strictObject({
      text: z.string().max(262_144),
      sources: z.array(z.string().max(500)).max(100).optional(),
      rotated: z.boolean().default(false),
    }),
    response: backtestRecord,
  },
  feeds: {
    method: 'GET',
    path: '/indicators/feeds',
    role: 'viewer',
    tag: 'indicators',
    summary: 'Lists and feeds, their size and freshness',
    response: z.object({
      size: z.number(),
      items: z.array(
        z.object({
          name: z.string(),
          entries: z.number(),
          at: moment.nullable(),
          problem: z.string().nullable(),
          hits: z.number(),
        }),
      ),
    }),
  },
  lookup: {
    method: 'POST',
    path: '/indicators/lookup',
    role: 'viewer',
    tag: 'indicators',
    summary: 'Addresses against the lists',
    body: z.strictObject({ values: z.array(z.string().max(100)).min(1).max(1000) }),
    response: z.object({
      items: z.array(z.object({ value: z.string(), valid: z.boolean(), lists: z.array(z.string()) })),
    }),
  },
  models: {
    method: 'GET',
    path: '/models',
    role: 'viewer',
    tag: 'models',
    summary: 'What was learned, per program',
    response: z.object({ enabled: z.boolean(), items: z.array(model) }),
  },
  model: {
    method: 'GET',
    path: '/models/{name}',
    role: 'viewer',
    tag: 'models',
    summary: 'One model and what it found unusual',
    params: z.object({ name: key }),
    response: model.extend({
      scores: z.array(
        z.object({
          at: moment,
          score: z.number(),
          text: z.string(),
          feature: z.string(),
          value: z.union([z.string(), z.number()]),
          usual: z.string(),
          detection: z.string(),
          verdict: z.enum(['normal', 'attack']).nullable(),
        }),
      ),
    }),
  },
  feedback: {
    method: 'POST',
    path: '/models/feedback',
    role: 'operator',
    tag: 'models',
    summary: 'Was it normal or an attack?',
    body: z.strictObject({ detection: key, verdict: z.enum(['normal', 'attack']) }),
    response: z.object({ saved: z.boolean() }),
  },
} as const satisfies Record<string, Route>;
