/** Contract of what is done about an address: decisions, the allowlist, everything known of an entity. */
import { z } from 'zod';
import { key, moment, page, pageQuery, type Route, words } from './shapes.ts';

/** A decision with what became of it. */
export const decision = z.object({
  id: z.string(),
  action: z.literal('ban'),
  ip: z.string().describe('Canonical address or CIDR.'),
  at: moment,
  seconds: z.number(),
  expiresAt: moment,
  origin: z.string().describe('rule, cli, api, feed or fleet.'),
  rule: z.string().nullable(),
  detection: z.string().nullable(),
  reason: z.string(),
  offence: z.number(),
  state: z.enum(['pending', 'applied', 'failed', 'observed', 'expired', 'revoked']),
  error: z.string().nullable(),
  attempts: z.number(),
});

const undo = {
  undo: z.string().nullable().describe('POST /undo/{token} takes it back.'),
  undoUntil: moment.nullable(),
};

/** One allowlist entry. */
export const allowEntry = z.object({
  id: z.string(),
  value: z.string(),
  note: z.string(),
  expiresAt: moment.nullable(),
  createdAt: moment.nullable(),
  by: z.string().nullable(),
  origin: z.enum(['configuration', 'page']),
});

const id = z.object({ id: key });
const addresses = z.array(z.string().min(1).max(100)).min(1).max(10_000);

/** Routes of deciding. */
export const decideRoutes = {
  decisions: {
    method: 'GET',
    path: '/decisions',
    role: 'viewer',
    tag: 'decisions',
    summary: 'Decisions, newest first',
    query: pageQuery.extend({
      state: z.enum(['active', 'pending', 'applied', 'failed', 'observed', 'ended', 'all']).default('active'),
      within: z.string().max(100).optional().describe('Address or CIDR: decisions inside or around it.'),
      origin: z.string().max(20).optional(),
      rule: z.string().max(200).optional(),
    }),
    response: page(decision).extend({
      counts: z.object({
        active: z.number(),
        pending: z.number(),
        applied: z.number(),
        failed: z.number(),
        observed: z.number(),
      }),
    }),
  },
  decision: {
    method: 'GET',
    path: '/decisions/{id}',
    role: 'viewer',
    tag: 'decisions',
    summary: 'One decision',
    params: id,
    response: decision.extend({
      dropped: z.number().nullable().describe('Packets it dropped so far, where the kernel counts them.'),
    }),
  },
  addDecisions: {
    method: 'POST',
    path: '/decisions',
    role: 'operator',
    tag: 'decisions',
    status: 201,
    summary: 'Ban addresses; each passes the door',
    body: z.strictObject({
      addresses,
      seconds: z.number().int().min(1).max(31_536_000),
      reason: z.string().max(300).default(''),
    }),
    response: z.object({
      accepted: z.number(),
      refused: z.number(),
      results: z.array(
        z.discriminatedUnion('ok', [
          z.object({ ok: z.literal(true), address: z.string(), decision }),
          z.object({ ok: z.literal(false), address: z.string(), code: z.string(), detail: z.string(), why: words }),
        ]),
      ),
      ...undo,
    }),
  },
  deleteDecision: {
    method: 'DELETE',
    path: '/decisions/{id}',
    role: 'operator',
    tag: 'decisions',
    summary: 'Lift one',
    params: id,
    response: z.object({ lifted: z.number(), ...undo }),
  },
  deleteDecisions: {
    method: 'POST',
    path: '/decisions/delete',
    role: 'operator',
    tag: 'decisions',
    summary: 'Let addresses in again',
    body: z.strictObject({ addresses }),
    response: z.object({ lifted: z.number(), ...undo }),
  },
  undo: {
    method: 'POST',
    path: '/undo/{token}',
    role: 'operator',
    tag: 'decisions',
    summary: 'Takes back what was done within the last 60 seconds',
    params: z.object({ token: key }),
    response: z.object({ undone: z.number() }),
  },
  decisionStream: {
    method: 'GET',
    path: '/decisions/stream',
    role: 'viewer',
    scope: 'bouncer',
    tag: 'decisions',
    summary: 'What changed since `cursor`, for enforcers outside; without it everything in force',
    query: z.object({
      cursor: z.string().max(100).optional(),
      wait: z.coerce.number().int().min(0).max(30).default(0).describe('Seconds to wait for a change.'),
    }),
    response: z.object({
      cursor: z.string(),
      reset: z.boolean().describe('True: `added` is everything; forget the rest.'),
      added: z.array(decision),
      removed: z.array(z.object({ id: z.string(), ip: z.string() })),
    }),
  },
  allowlist: {
    method: 'GET',
    path: '/allowlist',
    role: 'viewer',
    tag: 'allowlist',
    summary: 'Who is never banned',
    response: z.object({ items: z.array(allowEntry) }),
  },
  addAllow: {
    method: 'POST',
    path: '/allowlist',
    role: 'operator',
    tag: 'allowlist',
    status: 201,
    summary: 'Never ban this; active bans of it are lifted',
    body: z.strictObject({
      value: z.string().min(1).max(260),
      note: z.string().max(500).default(''),
      expiresAt: moment.nullish(),
    }),
    response: allowEntry.extend({ lifted: z.number() }),
  },
  changeAllow: {
    method: 'PATCH',
    path: '/allowlist/{id}',
    role: 'operator',
    tag: 'allowlist',
    summary: 'Note or expiry',
    params: id,
    body: z.strictObject({ note: z.string().max(500).optional(), expiresAt: moment.nullish() }),
    response: allowEntry,
  },
  deleteAllow: {
    method: 'DELETE',
    path: '/allowlist/{id}',
    role: 'operator',
    tag: 'allowlist',
    summary: 'Take off the allowlist',
    params: id,
    response: z.object({ removed: z.number() }),
  },
  confirm: {
    method: 'POST',
    path: '/confirm',
    role: 'admin',
    tag: 'decisions',
    summary: 'Ends the trial after arming',
    response: z.object({ confirmed: z.boolean() }),
  },
  panic: {
    method: 'POST',
    path: '/panic',
    role: 'admin',
    tag: 'decisions',
    summary: 'Lifts everything and observes',
    response: z.object({ lifted: z.number() }),
  },
} as const satisfies Record<string, Route>;
