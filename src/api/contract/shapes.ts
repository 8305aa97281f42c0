/** Shapes that many routes share: pages, levels, faults, and how a route is declared. */
import { z } from 'zod';

/** Rising power; each may do what those before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const;
/** Somebody's power. */
export type Role = (typeof ROLES)[number];
/** Zod of a role. */
export const role = z.enum(ROLES);

/** Sigma's levels in rising order. */
export const level = z.enum(['informational', 'low', 'medium', 'high', 'critical']);
/** What a rule asks for; `observe` notes whom it would have banned. */
export const action = z.enum(['alert', 'ban', 'observe']);
/** Milliseconds since the epoch. */
export const moment = z.number().int().describe('Milliseconds since the epoch.');
/** A sentence in both languages. */
export const words = z.object({ en: z.string(), tr: z.string() });
/** A path parameter. */
export const key = z.string().min(1).max(300);

/** What every list takes. `cursor` is the `next` of the page before. */
export const pageQuery = z.object({
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});
/** A stretch of time; `to` is not part of it. */
export const rangeQuery = z.object({
  from: z.coerce.number().int().min(0).optional(),
  to: z.coerce.number().int().min(0).optional(),
});

/** One page of a list: `next` null on the last. */
export function page<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), next: z.string().nullable() });
}

/** One fault in something sent, with its place when it has one. */
export const fault = z.object({
  path: z.string(),
  message: z.string(),
  hint: z.string().nullable().optional(),
  line: z.number().int().nullable().optional(),
  column: z.number().int().nullable().optional(),
  code: z.string().optional().describe('Stable name of the fault, where a page has its own words for it.'),
});

/** RFC 9457 problem details, with a stable `code` and, for wrong input, its `errors`. */
export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  code: z.string(),
  detail: z.string().optional(),
  hint: z.string().optional(),
  errors: z.array(fault).optional(),
  factors: z
    .array(z.enum(['totp', 'passkey']))
    .optional()
    .describe('With API_SECOND_FACTOR: what this user may sign in with besides the password.'),
});

/** One route as declared. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `/api/v1`, parameters as `{name}`. */
  readonly path: string;
  /** Who may call it; `public` needs no sign-in. */
  readonly role: Role | 'public';
  /** A further scope whose tokens may call it, besides `api`. */
  readonly scope?: 'bouncer';
  readonly summary: string;
  readonly tag: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  /** The answer; for streams one event of it. */
  readonly response: z.ZodType;
  readonly status?: 200 | 201 | 202;
  /** `events`: server-sent events, `lines`: NDJSON as it comes, `response` is one of them. `file`: a download, `response` is its text. */
  readonly kind?: 'json' | 'events' | 'lines' | 'file';
}
