/** The search: records as they come, ended when the asker hangs up; searches kept under a name. */
import { randomUUID } from 'node:crypto';
import type { Given, RouteInput } from '../contract.ts';
import type { Handlers } from '../handler.ts';
import { type Call, callerOf, note } from '../http/call.ts';
import { InputError } from '../http/problem.ts';
import { nowOf } from './shape.ts';

const MAX_SAVED = 500;
/** Bytes that may wait for a slow reader. */
const MAX_WAITING = 16 * 1024 * 1024;

/** Handlers of searching. */
export const searchHandlers = {
  search: ({ query }, call) => {
    refuseFaults(query.q, 'query.q', call);
    note(call, 'search', query.q);
    return streamOf(query, call);
  },
  searchSources: (_, { desk }) => ({ items: desk.search.sources() }),
  savedSearches: (_, { desk }) => ({ items: desk.api.searches() }),
  saveSearch: ({ body }, call) => {
    refuseFaults(body.query, 'body.query', call);
    const { api } = call.desk;
    if (api.searches().length >= MAX_SAVED)
      throw new InputError([{ path: 'body.name', message: `there are ${MAX_SAVED} searches already` }]);
    const saved = { id: randomUUID(), ...body, createdAt: nowOf(call), by: callerOf(call).user };
    api.addSearch(saved);
    note(call, 'search.save', body.name, body.query);
    return saved;
  },
  deleteSearch: ({ params }, call) => {
    note(call, 'search.delete', params.id);
    return { removed: call.desk.api.removeSearch(params.id) };
  },
} satisfies Partial<Handlers>;

function refuseFaults(query: string, path: string, { desk }: Call): void {
  const fault = desk.search.faultOf(query);
  if (fault !== null) throw new InputError([{ path, ...fault }]);
}

function streamOf(query: RouteInput<'search'>['query'], { desk, request }: Call): Response {
  const encoder = new TextEncoder();
  let running: { cancel(): void } | null = null;
  let open = true;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const told = (record: Given<'search'>): void => {
          if (!open) return;
          if ((controller.desiredSize ?? 0) <= 0) {
            running?.cancel();
            record = { event: 'failed', reason: 'slow', message: 'what was found is not being read' };
          }
          controller.enqueue(encoder.encode(`${JSON.stringify(record)}\n`));
          if (record.event !== 'done' && record.event !== 'failed') return;
          open = false;
          controller.close();
        };
        // Asked about with HEAD, nothing is begun.
        if (request.method === 'HEAD') controller.close();
        else running = desk.search.start(query, told);
      },
      cancel() {
        open = false;
        running?.cancel();
      },
    },
    { highWaterMark: MAX_WAITING, size: (chunk) => chunk?.byteLength ?? 0 },
  );
  return new Response(body, {
    headers: {
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    },
  });
}
