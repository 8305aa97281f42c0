/** Passkeys: making, using and forgetting them. */
import { fail } from '../../kit/errors.ts';
import type { PasskeyRow } from '../../store/api-store.ts';
import { type Site, siteOf } from '../auth/site.ts';
import type { Given } from '../contract.ts';
import type { Handlers } from '../handler.ts';
import { type Call, callerOf, note } from '../http/call.ts';
import { provenName, signedIn } from './access.ts';

/** Handlers of passkeys. */
export const passkeyHandlers = {
  askPasskey: async ({ body }, call) => {
    const { name, password } = body;
    const { passkeys, confirmPassword } = call.desk.access;
    const site = siteFor(call);
    // Strangers make nothing be loaded that nobody uses.
    if (!call.desk.api.hasPasskeys()) fail('API_CONFLICT', { message: 'nobody has a passkey here' });
    if (name === undefined || password === undefined) return passkeys.ask(null, site, call.origin.address);
    const right = await confirmPassword(name, password, call.origin.address);
    if (!right || call.desk.api.user(name)?.disabled !== false)
      return fail('API_LOGIN', { message: 'name or password is wrong' });
    return passkeys.ask(name, site, call.origin.address);
  },
  usePasskey: async ({ body }, call) => {
    const { secret, session } = await call.desk.access.passkeys.signIn(body.answer, siteFor(call), call.origin);
    return signedIn(call, secret, session, 'passkey');
  },
  passkeys: (_, call) => ({ items: call.desk.api.passkeys(callerOf(call).user).map(toPasskey) }),
  beginPasskey: async ({ body }, call) => {
    const site = siteFor(call);
    const name = await provenName(body.password, call);
    return call.desk.access.passkeys.beginMaking(name, site, call.origin.address);
  },
  addPasskey: async ({ body }, call) => {
    const { user } = callerOf(call);
    const key = await call.desk.access.passkeys.finishMaking(user, body.name, body.made, siteFor(call));
    note(call, 'passkey.add', user, key.name);
    return toPasskey(key);
  },
  removePasskey: async ({ params, body }, call) => {
    const name = await provenName(body.password, call);
    const known = call.desk.api.passkeys(name).find((each) => each.id === params.id);
    if (known === undefined) return { removed: 0 };
    note(call, 'passkey.remove', name, known.name);
    return { removed: call.desk.api.removePasskey(name, known.id) };
  },
} satisfies Partial<Handlers>;

function siteFor({ request, origin, desk }: Call): Site {
  return siteOf(request.headers.get('origin'), origin.port, desk.http);
}

function toPasskey({ id, name, rp, synced, createdAt, lastUsedAt }: PasskeyRow): Given<'passkeys'>['items'][number] {
  return { id, name, rp, synced, createdAt, lastUsedAt };
}
