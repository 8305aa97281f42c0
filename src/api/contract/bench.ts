/** Contract of the rules' bench: a draft checked, tried on lines, run over this machine's logs, kept as a rule of one's own. */
import { z } from 'zod';
import { action, fault, key, level, moment, type Route } from './shapes.ts';

const text = z.string().max(131_072).describe('Sigma, one document or several.');
const name = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,63}$/, 'lower-case letters, digits, - and _');
const benchFault = fault.omit({ path: true });
const checked = {
  faults: z.array(benchFault).describe('While there are any the rule cannot run.'),
  warnings: z.array(benchFault),
  rules: z.array(z.object({ id: z.string(), name: z.string().nullable(), title: z.string(), level, action })),
};

/** One record of a run over the logs. */
export const backtestRecord = z.discriminatedUnion('event', [
  z.object({ event: z.literal('progress'), lines: z.number(), detections: z.number() }),
  z.object({
    event: z.literal('done'),
    files: z.number(),
    lines: z.number(),
    detections: z.number(),
    histogram: z.object({ from: moment, stepMs: z.number(), counts: z.array(z.number()) }).nullable(),
    entities: z
      .array(z.object({ value: z.string(), count: z.number(), banned: z.boolean(), known: z.boolean() }))
      .describe('Whom it spoke of most; `known`: other rules that ban speak of it in the same logs too.'),
    entityCount: z.number(),
    bans: z.number().describe('Entities of which it asks for a ban; the door may refuse some.'),
    known: z.number(),
    faults: z.array(benchFault),
  }),
  z.object({ event: z.literal('failed'), reason: z.enum(['time', 'memory', 'fault', 'slow']), message: z.string() }),
]);

/** Routes of the bench. */
export const benchRoutes = {
  tryRule: {
    method: 'POST',
    path: '/rules/try',
    role: 'viewer',
    tag: 'rules',
    summary: 'Checks a draft and runs it over lines; nothing is done',
    body: z.strictObject({
      text,
      name: name.nullish().describe('The rule of one’s own that this draft is to replace.'),
      lines: z.array(z.string().max(8192)).max(500).default([]),
      program: z.string().max(100).nullish(),
    }),
    response: z.object({
      ...checked,
      found: z.array(
        z.object({ rule: z.string(), title: z.string(), entity: z.string(), events: z.number(), line: z.number() }),
      ),
      unread: z.array(z.number()).describe('Indexes of lines that nothing could read.'),
    }),
  },
  backtestRule: {
    method: 'POST',
    path: '/rules/backtest',
    role: 'operator',
    tag: 'rules',
    kind: 'lines',
    summary: 'Runs a draft over the log files of the last days, as NDJSON; hang up to cancel',
    body: z.strictObject({ text, name: name.nullish(), days: z.number().int().min(1).max(3650).default(7) }),
    response: backtestRecord,
  },
  ruleCosts: {
    method: 'GET',
    path: '/rules/costs',
    role: 'viewer',
    tag: 'rules',
    summary: 'What each rule in use costs; measured in a thread when first asked for, and again after rules change',
    response: z.object({
      items: z
        .array(
          z.object({
            id: z.string(),
            micros: z.number().describe('Microseconds of processor time for one event of its log source.'),
          }),
        )
        .describe('Without correlations, which only hear of what their rules found, and rules no sample line is for.'),
    }),
  },
  ownRules: {
    method: 'GET',
    path: '/rules/own',
    role: 'viewer',
    tag: 'rules',
    summary: 'Rules written on the page',
    response: z.object({ items: z.array(z.object({ name: z.string(), text: z.string(), ids: z.array(z.string()) })) }),
  },
  saveRule: {
    method: 'PUT',
    path: '/rules/own/{name}',
    role: 'admin',
    tag: 'rules',
    summary: 'Keeps a rule of one’s own and runs it from now on; not while it has faults',
    params: z.object({ name }),
    body: z.strictObject({ text }),
    response: z.object({ saved: z.boolean(), ...checked }),
  },
  deleteRule: {
    method: 'DELETE',
    path: '/rules/own/{name}',
    role: 'admin',
    tag: 'rules',
    summary: 'Forgets a rule of one’s own',
    params: z.object({ name: key }),
    response: z.object({ removed: z.number() }),
  },
} as const satisfies Record<string, Route>;
