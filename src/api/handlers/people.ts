/** Users, tokens and the record of who did what; for admins. */
import { randomUUID } from 'node:crypto';
import { fail } from '../../kit/errors.ts';
import type { ApiStore, TokenRow, UserRow } from '../../store/api-store.ts';
import { newSecret, secretHash } from '../auth/access.ts';
import { hashPassword } from '../auth/password.ts';
import { type Given, ROLES } from '../contract.ts';
import type { Handlers } from '../handler.ts';
import { type Call, callerOf, missing, note } from '../http/call.ts';
import { nowOf } from './shape.ts';

/** Handlers about people. */
export const peopleHandlers = {
  users: (_, { desk }) => ({ items: desk.api.users().map((each) => toUser(each, desk.api)) }),
  addUser: async ({ body }, call) => {
    const hash = await hashPassword(body.password);
    if (!call.desk.api.addUser({ name: body.name, role: body.role, hash, createdAt: nowOf(call) }))
      fail('API_CONFLICT', { message: 'there is a user of this name' });
    note(call, 'users.add', body.name, body.role);
    return toUser(userOf(body.name, call), call.desk.api);
  },
  changeUser: async ({ params, body }, call) => {
    const { api } = call.desk;
    const user = userOf(params.name, call);
    const { password, totp, passkeys, ...rest } = body;
    if ((rest.role ?? user.role) !== 'admin' || rest.disabled === true) keepAnAdmin(user, call);
    const hash = password === undefined ? undefined : await hashPassword(password);
    api.changeUser(user.name, {
      ...(rest.role === undefined ? {} : { role: rest.role }),
      ...(rest.disabled === undefined ? {} : { disabled: rest.disabled }),
      ...(hash === undefined ? {} : { hash }),
      ...(totp === undefined ? {} : { totp: null, totpPending: null }),
    });
    if (passkeys !== undefined) api.removePasskeys(user.name);
    // Whoever holds a session under the old password or power signs in anew.
    api.endSessions(user.name, callerOf(call).session?.id ?? null);
    note(call, 'users.change', user.name, Object.keys(body).join(' '));
    return toUser(userOf(user.name, call), api);
  },
  deleteUser: ({ params }, call) => {
    const user = userOf(params.name, call);
    keepAnAdmin(user, call);
    note(call, 'users.delete', user.name);
    return { removed: call.desk.api.removeUser(user.name) };
  },
  tokens: (_, { desk }) => ({ items: desk.api.tokens().map(toToken) }),
  addToken: ({ body }, call) => {
    const secret = newSecret('bkt_');
    const token: TokenRow = {
      id: randomUUID(),
      name: body.name,
      hash: secretHash(secret),
      role: body.role,
      scopes: body.scopes,
      createdAt: nowOf(call),
      expiresAt: body.expiresAt ?? null,
      lastUsedAt: null,
      by: callerOf(call).user,
    };
    call.desk.api.addToken(token);
    note(call, 'tokens.add', body.name, `${body.role} ${body.scopes.join(' ')}`);
    return { ...toToken(token), secret };
  },
  deleteToken: ({ params }, call) => {
    const removed = call.desk.api.removeToken(params.id);
    note(call, 'tokens.delete', params.id, '', removed > 0);
    return { removed };
  },
  audit: ({ query }, { desk }) => desk.api.audit(query, query),
  auditProof: ({ query }, { desk }) => desk.api.verifyAudit(query.head),
} satisfies Partial<Handlers>;

function userOf(name: string, { desk }: Call): UserRow {
  const found = desk.api.user(name);
  if (found === null) throw missing('this user');
  return found;
}

/** Throws when nobody else could manage users afterwards. */
function keepAnAdmin(user: UserRow, { desk }: Call): void {
  const others = desk.api.users().filter((each) => each.role === 'admin' && !each.disabled && each.name !== user.name);
  if (user.role === 'admin' && !user.disabled && others.length === 0)
    fail('API_CONFLICT', { message: 'this is the last admin', hint: 'make another one first' });
}

function toUser(user: UserRow, store: ApiStore): Given<'users'>['items'][number] {
  const { name, role, totp, createdAt, lastLoginAt, disabled } = user;
  const passkeys = store.passkeys(name).length;
  return { name, role: roleOf(role), totp: totp !== null, passkeys, createdAt, lastLoginAt, disabled };
}

function toToken({ hash: _, role, ...token }: TokenRow): Given<'tokens'>['items'][number] {
  return { ...token, role: roleOf(role) };
}

function roleOf(text: string): (typeof ROLES)[number] {
  return ROLES.find((role) => role === text) ?? 'viewer';
}
