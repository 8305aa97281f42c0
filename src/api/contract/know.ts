/** Contract of what is known: entities, rules, indicators. */
import { z } from 'zod';
import { decision } from './decide.ts';
import { place } from './places.ts';
import { action, fault, key, level, moment, page, pageQuery, type Route, words } from './shapes.ts';
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
  place: place.nullable().describe('Country and network, where a local file knows them.'),
  neighbours: z.array(entity).describe('Others of the same /24 or /64.'),
  score: z.array(z.object({ at: moment, score: z.number() })).describe('Weight of its detections a day.'),
  protection: z
    .object({ code: z.string(), detail: z.string(), why: words })
    .nullable()
    .describe('Why a ban of it would be refused now.'),
});

/** A rule as a row. */
export const rule = z.object({
  id: z.string(),
  name: z.string().nullable(),
  title: z.string(),
  level,
  action,
  kind: z.enum(['rule', 'correlation']),
  evidence: z.boolean().describe('Only feeds correlations.'),
  tags: z.array(z.string()),
  origin: z.enum(['bundled', 'configured']),
  path: z.string(),
  changed: z.boolean().describe('The configuration overrides something of it.'),
  hits: z.number(),
  lastHitAt: moment.nullable(),
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
    summary: 'All rules in use, and the faults of those left out',
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
        z.object({
          technique: z.string(),
          name: z.string().nullable(),
          tactics: z.array(z.string()),
          rules: z.array(z.string()),
          hits: z.number(),
        }),
      ),
    }),
  },
  rule: {
    method: 'GET',
    path: '/rules/{id}',
    role: 'viewer',
    tag: 'rules',
    summary: 'One rule with its text',
    params: id,
    response: rule.extend({ text: z.string().describe('The file it is written in.') }),
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
          kind: z.enum(['list', 'feed']),
          place: z.string().describe('The file, or the host that is asked.'),
          entries: z.number(),
          at: moment.nullable(),
          everySeconds: z.number().nullable().describe('How often it is asked for; null for a file.'),
          stale: z.boolean().describe('It should have been asked for twice since.'),
          hits: z.number().describe('Detections it brought about within 30 days, at most 1000 a rule counted.'),
          lastHitAt: moment.nullable(),
          problem: z.string().nullable(),
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
} as const satisfies Record<string, Route>;
