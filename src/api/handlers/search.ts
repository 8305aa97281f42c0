/** The search: records as they come, ended when the asker hangs up; searches kept under a name. */
import { randomUUID } from 'node:crypto';
import type { Given } from '../contract.ts';
import type { Handlers } from '../handler.ts';
import { type Call, callerOf, note } from '../http/call.ts';
import { InputError } from '../http/problem.ts';
import { recordStream } from '../record-stream.ts';
import { nowOf } from './shape.ts';

const MAX_SAVED = 500;

/** Handlers of searching. */
export const searchHandlers = {
  search: ({ query }, call) => {
    refuseFaults(query.q, 'query.q', call);
    note(call, 'search', query.q);
    return recordStream<Given<'search'>>(call.request, (told) => call.desk.search.start(query, told));
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
