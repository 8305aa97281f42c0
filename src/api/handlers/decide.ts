/** What is done about addresses: bans by hand, lifting them, taking both back, the stream for enforcers outside. */
import { overlaps, parseNetwork } from '../../kit/cidr.ts';
import type { DecisionRecord } from '../../store/store.ts';
import type { Given } from '../contract.ts';
import { decisionsSince } from '../decision-feed.ts';
import type { Handlers } from '../handler.ts';
import { type Call, missing, note } from '../http/call.ts';
import { inWords, nowOf } from './shape.ts';

/** Bans made at once before others get a turn. */
const TURN = 50;

type Result = Given<'addDecisions'>['results'][number];

/** Handlers of deciding. */
export const decideHandlers = {
  decisions: ({ query }, call) => {
    const { api } = call.desk;
    const { within, ...filter } = query;
    const network = within === undefined ? null : parseNetwork(within);
    const accept =
      within === undefined
        ? undefined
        : (ip: string): boolean => {
            const mine = parseNetwork(ip);
            return network !== null && mine !== null && overlaps(network, mine);
          };
    const now = nowOf(call);
    return { ...api.decisions({ ...filter, now, accept }, query), counts: api.decisionCounts(now) };
  },
  decision: async ({ params }, call) => {
    const found = decisionOf(params.id, call);
    return { ...found, dropped: found.state === 'applied' ? await call.desk.engine.droppedOf(found.ip) : null };
  },
  addDecisions: async ({ body }, call) => {
    const results: Result[] = [];
    for (const [index, address] of body.addresses.entries()) {
      if (index % TURN === TURN - 1) await new Promise((resolve) => setImmediate(resolve));
      const answer = call.desk.engine.ban(address.trim(), body.seconds, body.reason, 'api');
      results.push(
        answer.ok
          ? { ok: true, address, decision: answer.decision }
          : { ok: false, address, ...inWords({ code: answer.code, detail: answer.detail }) },
      );
    }
    const banned = results.flatMap((each) => (each.ok ? [each.decision.ip] : []));
    note(call, 'decisions.add', brief(banned), `${body.seconds} s; ${body.reason}`, banned.length > 0);
    const way =
      banned.length === 0
        ? { undo: null, undoUntil: null }
        : call.desk.undo.add(() => banned.reduce((sum, ip) => sum + call.desk.engine.unban(ip), 0));
    return { accepted: banned.length, refused: results.length - banned.length, results, ...way };
  },
  deleteDecision: ({ params }, call) => lift([decisionOf(params.id, call).ip], call),
  deleteDecisions: ({ body }, call) => lift(body.addresses, call),
  undo: ({ params }, call) => {
    const undone = call.desk.undo.take(params.token);
    if (undone === null) throw missing('this undo (it works once, within a minute)');
    note(call, 'undo', '', `${undone} changes`);
    return { undone };
  },
  decisionStream: ({ query }, { desk, request }) => decisionsSince(desk, query.cursor, query.wait, request.signal),
  confirm: (_, call) => {
    const confirmed = call.desk.engine.confirm();
    note(call, 'confirm', '', '', confirmed);
    return { confirmed };
  },
  panic: async (_, call) => {
    const lifted = await call.desk.engine.panic();
    note(call, 'panic', '', `${lifted} lifted`);
    return { lifted };
  },
} satisfies Partial<Handlers>;

function decisionOf(id: string, { desk }: Call): DecisionRecord {
  const found = desk.api.decision(id);
  if (found === null) throw missing('this decision');
  return found;
}

/** Lifts every ban that covers or lies in the addresses; the undo bans again for what was left of each. */
export function lift(
  addresses: readonly string[],
  call: Call,
): { readonly lifted: number; readonly undo: string | null; readonly undoUntil: number | null } {
  const { engine, undo } = call.desk;
  const before = addresses.flatMap((address) => engine.lift(address.trim()));
  const lifted = before.length;
  note(call, 'decisions.delete', brief(addresses), `${lifted} lifted`, lifted > 0);
  if (lifted === 0) return { lifted, undo: null, undoUntil: null };
  const way = undo.add(() => before.filter((each) => banAgain(each, call)).length);
  return { lifted, ...way };
}

function banAgain(decision: DecisionRecord, call: Call): boolean {
  const seconds = Math.round((decision.expiresAt - nowOf(call)) / 1000);
  return seconds > 0 && call.desk.engine.ban(decision.ip, seconds, decision.reason, 'api').ok;
}

function brief(addresses: readonly string[]): string {
  return `${addresses.slice(0, 10).join(' ')}${addresses.length > 10 ? ` and ${addresses.length - 10} more` : ''}`;
}
