/** Contract of the search over this machine's own log files. */
import { z } from 'zod';
import { key, moment, type Route, rangeQuery } from './shapes.ts';
import { evidenceLine } from './watch.ts';

/** A line that was found; `text` is hostile, escape it where it is shown. */
export const foundLine = evidenceLine.extend({
  file: z.string(),
  offset: z.number().describe('Position of its first byte in the unpacked file.'),
});

const progress = {
  lines: z.number(),
  matched: z.number(),
  bytes: z.number().describe('Of the files as they lie on the disk.'),
  files: z.number(),
};

/** One record of the stream. */
export const searchRecord = z.discriminatedUnion('event', [
  z.object({ event: z.literal('begin'), files: z.number(), bytes: z.number() }),
  z.object({
    event: z.literal('progress'),
    ...progress,
    hits: z.array(foundLine).describe('Those that came since the record before and are among the newest.'),
    histogram: z
      .object({ from: moment, stepMs: z.number(), counts: z.array(z.number()) })
      .nullable()
      .describe('Of everything that matched so far.'),
    facets: z.array(
      z.object({ field: z.string(), values: z.array(z.object({ value: z.string(), count: z.number() })) }),
    ),
  }),
  z.object({
    event: z.literal('done'),
    ...progress,
    problems: z.array(z.object({ file: z.string(), message: z.string() })),
    unseen: z
      .array(z.object({ field: z.string(), nearest: z.string().nullable() }))
      .describe('Fields of the query that no line had.'),
  }),
  z.object({ event: z.literal('failed'), reason: z.enum(['time', 'memory', 'fault', 'slow']), message: z.string() }),
]);

/** A search kept under a name. */
export const savedSearch = z.object({
  id: z.string(),
  name: z.string(),
  query: z.string(),
  createdAt: moment,
  by: z.string(),
});

/** Routes of searching. */
export const searchRoutes = {
  search: {
    method: 'GET',
    path: '/search',
    role: 'viewer',
    tag: 'search',
    kind: 'lines',
    summary: 'Log lines of the sources’ files, rotated ones too, as NDJSON while they are found; hang up to cancel',
    query: rangeQuery.extend({
      q: z.string().max(4000).describe('E.g. `source.ip:203.0.113.0/24 and http.response.status_code>=400`.'),
      source: z.string().max(500).optional().describe('Only this source.'),
      limit: z.coerce.number().int().min(1).max(1000).default(200).describe('Only the newest so many lines are told.'),
    }),
    response: searchRecord,
  },
  searchSources: {
    method: 'GET',
    path: '/search/sources',
    role: 'viewer',
    tag: 'search',
    summary: 'What can be searched',
    response: z.object({
      items: z.array(z.object({ id: z.string(), files: z.number(), bytes: z.number() })),
    }),
  },
  savedSearches: {
    method: 'GET',
    path: '/search/saved',
    role: 'viewer',
    tag: 'search',
    summary: 'Searches kept under a name',
    response: z.object({ items: z.array(savedSearch) }),
  },
  saveSearch: {
    method: 'POST',
    path: '/search/saved',
    role: 'operator',
    tag: 'search',
    status: 201,
    summary: 'Keeps one',
    body: z.strictObject({ name: z.string().trim().min(1).max(80), query: z.string().max(4000) }),
    response: savedSearch,
  },
  deleteSearch: {
    method: 'DELETE',
    path: '/search/saved/{id}',
    role: 'operator',
    tag: 'search',
    summary: 'Forgets one',
    params: z.object({ id: key }),
    response: z.object({ removed: z.number() }),
  },
} as const satisfies Record<string, Route>;
