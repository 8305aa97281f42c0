/** Contract of searching this machine's own log files. */
import { z } from 'zod';
import { moment, type Route, rangeQuery } from './shapes.ts';

/** One record of a search. */
export const searchRecord = z.discriminatedUnion('type', [
  z.object({ type: z.literal('start'), id: z.string(), files: z.array(z.string()), bytes: z.number() }),
  z.object({
    type: z.literal('hit'),
    source: z.string(),
    file: z.string(),
    offset: z.number(),
    text: z.string(),
    at: moment,
    fields: z.record(z.string(), z.unknown()),
  }),
  z.object({ type: z.literal('progress'), bytes: z.number(), lines: z.number(), hits: z.number(), file: z.string() }),
  z.object({
    type: z.literal('histogram'),
    stepMs: z.number(),
    buckets: z.array(z.object({ at: moment, count: z.number() })),
  }),
  z.object({ type: z.literal('problem'), file: z.string(), message: z.string() }),
  z.object({
    type: z.literal('done'),
    lines: z.number(),
    hits: z.number(),
    shown: z.number(),
    elapsedMs: z.number(),
    cancelled: z.boolean(),
  }),
]);

const savedSearch = z.object({
  name: z.string().min(1).max(100),
  query: z.string().max(1000),
  createdAt: moment,
  by: z.string(),
});

/** Routes of searching. */
export const findRoutes = {
  search: {
    method: 'POST',
    path: '/search',
    role: 'viewer',
    tag: 'search',
    summary: 'Searches this machine’s log files in ECS terms; close the request to cancel',
    kind: 'ndjson',
    body: z.strictObject({
      query: z.string().max(1000),
      sources: z.array(z.string().max(500)).max(100).optional(),
      rotated: z.boolean().default(true),
      limit: z.number().int().min(1).max(5000).default(500),
      ...rangeQuery.shape,
    }),
    response: searchRecord,
  },
  checkSearch: {
    method: 'POST',
    path: '/search/check',
    role: 'viewer',
    tag: 'search',
    summary: 'Is a query right?',
    body: z.strictObject({ query: z.string().max(1000) }),
    response: z.object({
      ok: z.boolean(),
      error: z.object({ message: z.string(), position: z.number().int(), length: z.number().int() }).nullable(),
    }),
  },
  searchFields: {
    method: 'GET',
    path: '/search/fields',
    role: 'viewer',
    tag: 'search',
    summary: 'Field names for completion, and the files there are',
    response: z.object({
      fields: z.array(z.string()),
      files: z.array(z.object({ source: z.string(), file: z.string(), bytes: z.number(), modifiedAt: moment })),
    }),
  },
  savedSearches: {
    method: 'GET',
    path: '/searches',
    role: 'viewer',
    tag: 'search',
    summary: 'Saved searches',
    response: z.object({ items: z.array(savedSearch) }),
  },
  saveSearch: {
    method: 'PUT',
    path: '/searches/{name}',
    role: 'operator',
    tag: 'search',
    summary: 'Saves a search',
    params: z.object({ name: z.string().min(1).max(100) }),
    body: z.strictObject({ query: z.string().min(1).max(1000) }),
    response: savedSearch,
  },
  deleteSearch: {
    method: 'DELETE',
    path: '/searches/{name}',
    role: 'operator',
    tag: 'search',
    summary: 'Removes a saved search',
    params: z.object({ name: z.string().min(1).max(100) }),
    response: z.object({ removed: z.number() }),
  },
} as const satisfies Record<string, Route>;
