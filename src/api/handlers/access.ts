/** Signing in and out, one's own password, second factor and sessions. */
import { fail } from '../../kit/errors.ts';
import type { SessionRow } from '../../store/api-store.ts';
import { LINK_USER } from '../auth/access.ts';
import { hashPassword } from '../auth/password.ts';
import { newTotpSecret, totpStep, totpUri } from '../auth/totp.ts';
import type { Given } from '../contract.ts';
import type { Handlers } from '../handler.ts';
import { type Call, callerOf, note } from '../http/call.ts';
import { nowOf } from './shape.ts';

/** Handlers of access. */
export const accessHandlers = {
  session: (_, call) => whoIs(call, call.caller?.session ?? null),
  login: async ({ body }, call) => {
    const { secret, session } = await call.desk.access.login(body.name, body.password, body.code, call.origin);
    return signedIn(call, secret, session);
  },
  link: ({ body }, call) => {
    const { secret, session } = call.desk.access.useLink(body.token, call.origin);
    return signedIn(call, secret, session);
  },
  logout: (_, call) => {
    const { session } = callerOf(call);
    if (session !== null) call.desk.api.endSession(session.id);
    call.setSession(null);
    return { signedIn: false };
  },
  changePassword: async ({ body }, call) => {
    const name = await provenName(body.old, call);
    call.desk.api.changeUser(name, { hash: await hashPassword(body.new) });
    call.desk.api.endSessions(name, callerOf(call).session?.id ?? null);
    note(call, 'password.change', name);
    return { changed: true };
  },
  beginTotp: async ({ body }, call) => {
    const name = await provenName(body.password, call);
    const secret = newTotpSecret();
    call.desk.api.changeUser(name, { totpPending: secret });
    return { secret, uri: totpUri(secret, name) };
  },
  confirmTotp: ({ body }, call) => {
    const { api } = call.desk;
    const { user: name } = callerOf(call);
    const pending = api.user(name)?.totpPending ?? null;
    const step = pending === null ? null : totpStep(pending, body.code, nowOf(call));
    if (pending === null || step === null)
      return fail('API_CONFLICT', { message: 'the code is wrong', hint: 'is the clock of the telephone right?' });
    api.changeUser(name, { totp: pending, totpPending: null, totpLast: step });
    note(call, 'totp.on', name);
    return { totp: true };
  },
  endTotp: async ({ body }, call) => {
    const name = await provenName(body.password, call);
    call.desk.api.changeUser(name, { totp: null, totpPending: null });
    note(call, 'totp.off', name);
    return { totp: false };
  },
  sessions: (_, call) => {
    const { caller, all } = mine(call);
    return { items: all.map((each) => toSession(each, caller.session?.id)) };
  },
  endSession: ({ params }, call) => {
    const { all } = mine(call);
    const found = all.find((each) => each.id === params.id);
    if (found === undefined) return { ended: 0 };
    note(call, 'session.end', found.user);
    return { ended: call.desk.api.endSession(found.id) };
  },
} satisfies Partial<Handlers>;

/** What the caller may see of the sessions: an admin all, others their own. */
function mine(call: Call): { caller: ReturnType<typeof callerOf>; all: readonly SessionRow[] } {
  const caller = callerOf(call);
  return { caller, all: call.desk.api.sessions(caller.role === 'admin' ? null : caller.user, nowOf(call)) };
}

/** The name of the user who calls, after the password proved it again. */
export async function provenName(password: string, call: Call): Promise<string> {
  const { user, session, address } = callerOf(call);
  if (session === null || user === LINK_USER)
    fail('API_CONFLICT', { message: 'only a user with a password has that', hint: '`bekci users add` makes one' });
  if (!(await call.desk.access.confirmPassword(user, password, address)))
    fail('API_LOGIN', { message: 'the password is wrong' });
  return user;
}

/** The answer to a sign-in, however it came about. */
export function signedIn(call: Call, secret: string, session: SessionRow, how = ''): Given<'session'> {
  // Whoever was signed in here before is not any more: a session is never carried over.
  if (call.caller?.session != null) call.desk.api.endSession(call.caller.session.id);
  call.setSession(secret);
  note({ ...call, caller: { ...session, role: 'viewer', session, scopes: null } }, 'sign-in', session.user, how);
  return whoIs(call, session);
}

function whoIs({ desk }: Call, session: SessionRow | null): Given<'session'> {
  const user = session === null ? null : desk.api.user(session.user);
  const role = user?.role ?? session?.role ?? null;
  return {
    signedIn: session !== null,
    user: session?.user ?? null,
    role: role === 'admin' || role === 'operator' || role === 'viewer' ? role : null,
    csrf: session?.csrf ?? null,
    totp: user !== null && user.totp !== null,
    hasPasskeys: desk.api.hasPasskeys(),
    hasUsers: desk.api.users().length > 0,
    language: desk.http.language,
    version: session === null ? '' : desk.engine.status().version,
  };
}

function toSession(session: SessionRow, current: string | undefined): Given<'sessions'>['items'][number] {
  const { id, user, createdAt, seenAt, expiresAt, address, agent } = session;
  return { id, user, createdAt, seenAt, expiresAt, address, agent, current: id === current };
}
