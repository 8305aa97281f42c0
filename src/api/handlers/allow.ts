/** The allowlist: what the configuration says and what people added here, honoured by the door at once. */
import { randomUUID } from 'node:crypto';
import { formatNetwork, parseNetwork } from '../../kit/cidr.ts';
import type { AllowRow } from '../../store/api-store.ts';
import type { Given } from '../contract.ts';
import type { Handlers } from '../handler.ts';
import { type Call, callerOf, missing, note } from '../http/call.ts';
import { InputError } from '../http/problem.ts';
import { nowOf } from './shape.ts';

const MAX_ENTRIES = 5000;

/** Handlers of the allowlist. */
export const allowHandlers = {
  allowlist: (_, { desk }) => ({
    items: [
      ...desk.guard.configured.map((value, index) => ({
        id: `configuration-${index}`,
        value,
        note: '',
        expiresAt: null,
        createdAt: null,
        by: null,
        origin: 'configuration' as const,
      })),
      ...desk.api.allow().map(toEntry),
    ],
  }),
  addAllow: ({ body }, call) => {
    const { api, guard, engine } = call.desk;
    const network = parseNetwork(body.value.trim());
    if (network === null) throw new InputError([{ path: 'body.value', message: 'no address or network' }]);
    if (api.allow().length >= MAX_ENTRIES)
      throw new InputError([{ path: 'body.value', message: `there are ${MAX_ENTRIES} entries already` }]);
    const entry: AllowRow = {
      id: randomUUID(),
      value: formatNetwork(network),
      note: body.note,
      expiresAt: body.expiresAt ?? null,
      createdAt: nowOf(call),
      by: callerOf(call).user,
    };
    api.addAllow(entry);
    guard.changed();
    const lifted = engine.unban(entry.value);
    note(call, 'allowlist.add', entry.value, entry.note);
    return { ...toEntry(entry), lifted };
  },
  changeAllow: ({ params, body }, call) => {
    const entry = entryOf(params.id, call);
    const changed = {
      ...entry,
      note: body.note ?? entry.note,
      expiresAt: body.expiresAt === undefined ? entry.expiresAt : body.expiresAt,
    };
    call.desk.api.changeAllow(entry.id, changed);
    call.desk.guard.changed();
    note(call, 'allowlist.change', entry.value, changed.note);
    return toEntry(changed);
  },
  deleteAllow: ({ params }, call) => {
    const entry = entryOf(params.id, call);
    const removed = call.desk.api.removeAllow(entry.id);
    call.desk.guard.changed();
    note(call, 'allowlist.delete', entry.value);
    return { removed };
  },
} satisfies Partial<Handlers>;

function entryOf(id: string, { desk }: Call): AllowRow {
  const found = desk.api.allow().find((each) => each.id === id);
  if (found === undefined) throw missing('this entry (those of the configuration are changed there)');
  return found;
}

function toEntry(entry: AllowRow): Given<'allowlist'>['items'][number] {
  return { ...entry, origin: 'page' };
}
