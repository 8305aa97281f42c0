/** The rules' bench. */
import type { Handlers } from '../handler.ts';
import { note } from '../http/call.ts';
import { recordStream } from '../record-stream.ts';

/** Handlers of the bench. */
export const benchHandlers = {
  tryRule: ({ body }, { desk, request }) => desk.bench.tryOut(body, request.signal),
  backtestRule: ({ body }, call) => {
    note(call, 'rules.backtest', body.name ?? '', `${body.days} days`);
    return recordStream(call.request, (told) => call.desk.bench.backtest(body, told));
  },
  ruleCosts: (_, { desk }) => desk.bench.costs(),
  ownRules: (_, { desk }) => ({ items: desk.bench.own() }),
  saveRule: async ({ params, body }, call) => {
    const answer = await call.desk.bench.save(params.name, body.text);
    note(call, 'rules.save', params.name, answer.rules.map((rule) => rule.title).join('; '), answer.saved);
    return answer;
  },
  deleteRule: ({ params }, call) => {
    const removed = call.desk.bench.remove(params.name);
    note(call, 'rules.delete', params.name, '', removed > 0);
    return { removed };
  },
} satisfies Partial<Handlers>;
