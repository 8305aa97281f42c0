/** Who is asking: sessions, tokens, one-time links, signing in. Secrets are random, kept as hashes, and shown once. */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { fail } from '../../kit/errors.ts';
import type { ApiStore, SessionRow, UserRow } from '../../store/api-store.ts';
import { ROLES, type Role } from '../contract.ts';
import type { Origin } from '../http/guard.ts';
import { createPasskeys, type Gate, type Passkeys } from './passkeys.ts';
import { checkPassword } from './password.ts';
import { type Factor, SecondFactorError } from './second-factor.ts';
import { createThrottle } from './throttle.ts';
import { totpStep } from './totp.ts';

/** Name of whoever came by a one-time link. */
export const LINK_USER = '(link)';
/** How long a one-time link works. */
export const LINK_MS = 15 * 60_000;
const TOUCH_MS = 60_000;
/** Sessions nobody used for so long end early. */
const IDLE_MS = 4 * 3_600_000;

/** Whoever calls. */
export interface Caller {
  readonly user: string;
  readonly role: Role;
  readonly address: string;
  readonly session: SessionRow | null;
  /** Scopes of a token; null for people. */
  readonly scopes: readonly string[] | null;
}

/** The keeper of the keys. */
export interface Access {
  bySession(secret: string, address: string): Caller | null;
  byToken(secret: string, address: string): Caller | null;
  /** The new session's secret. Throws API_LOGIN, API_SECOND_FACTOR or API_THROTTLED. */
  login(
    name: string,
    password: string,
    code: string | undefined,
    origin: Origin,
  ): Promise<{ secret: string; session: SessionRow }>;
  useLink(token: string, origin: Origin): { secret: string; session: SessionRow };
  /** True when the password is right; throttled like a sign-in. */
  confirmPassword(name: string, password: string, address: string): Promise<boolean>;
  readonly passkeys: Passkeys;
}

/** SHA-256 of a secret, the form in which it is kept. */
export function secretHash(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}

/** 256 random bits with a prefix by which a leaked one is recognised. */
export function newSecret(prefix: 'bks_' | 'bkt_' | 'bkl_'): string {
  return prefix + randomBytes(32).toString('base64url');
}

/** A fresh one-time link's token. */
export function createLink(store: Pick<ApiStore, 'addLink'>, now: number): string {
  const token = newSecret('bkl_');
  store.addLink(secretHash(token), 'admin', now + LINK_MS);
  return token;
}

/** Access over the store. `failed` hears of every failure. */
export function createAccess(
  store: ApiStore,
  sessionMs: number,
  now: () => number,
  failed: (user: string, address: string, why: string) => void,
): Access {
  const throttle = createThrottle(now);

  function begin(user: string | null, address: string): readonly string[] {
    const keys = [...(user === null ? [] : [`user ${user}`]), `address ${address}`];
    const wait = throttle.begin(keys);
    if (wait > 0) {
      failed(user ?? '(passkey)', address, 'too many attempts');
      fail('API_THROTTLED', {
        message: 'too many attempts',
        hint: `try again in ${Math.ceil(wait / 1000)} s`,
        retry: { afterMs: wait },
      });
    }
    return keys;
  }

  function open(user: string, role: string, origin: Origin): { secret: string; session: SessionRow } {
    const secret = newSecret('bks_');
    const session: SessionRow = {
      hash: secretHash(secret),
      id: randomUUID(),
      user,
      role,
      csrf: randomBytes(24).toString('base64url'),
      createdAt: now(),
      seenAt: now(),
      expiresAt: now() + sessionMs,
      address: origin.address,
      agent: origin.agent.slice(0, 200),
    };
    store.addSession(session);
    return { secret, session };
  }

  const gate: Gate = { begin, succeeded: throttle.succeeded, failed, open };
  return {
    passkeys: createPasskeys(store, gate, now),
    bySession(secret, address) {
      const session = store.session(secretHash(secret));
      if (session === null || session.expiresAt <= now() || session.seenAt + IDLE_MS <= now()) return null;
      const user = session.user === LINK_USER ? null : store.user(session.user);
      if (session.user !== LINK_USER && (user === null || user.disabled)) return null;
      if (now() - session.seenAt > TOUCH_MS) store.touchSession(session.hash, now());
      return { user: session.user, role: roleOf(user?.role ?? session.role), address, session, scopes: null };
    },
    byToken(secret, address) {
      const token = store.token(secretHash(secret));
      if (token === null || (token.expiresAt !== null && token.expiresAt <= now())) return null;
      if (now() - (token.lastUsedAt ?? 0) > TOUCH_MS) store.touchToken(token.id, now());
      return { user: `token:${token.name}`, role: roleOf(token.role), address, session: null, scopes: token.scopes };
    },
    async login(name, password, code, origin) {
      const keys = begin(name, origin.address);
      const user = store.user(name);
      const right = await checkPassword(password, user === null || user.disabled ? null : user.hash);
      if (!right || user === null) {
        failed(name, origin.address, 'wrong password');
        return fail('API_LOGIN', { message: 'name or password is wrong' });
      }
      const factors = factorsOf(user, store);
      if (factors.length > 0) {
        if (code === undefined || user.totp === null) {
          // The password was right: asking for more is no failure, and makes no wrong code before it forgotten.
          throttle.giveBack(keys);
          throw new SecondFactorError(factors);
        }
        const step = totpStep(user.totp, code, now());
        if (step === null || !store.takeTotpStep(name, step)) {
          failed(name, origin.address, 'wrong code');
          return fail('API_LOGIN', { message: 'the code is wrong or was used before' });
        }
      }
      throttle.succeeded(keys);
      store.changeUser(name, { lastLoginAt: now() });
      return open(name, user.role, origin);
    },
    useLink(token, origin) {
      const keys = begin(LINK_USER, origin.address);
      const role = store.takeLink(secretHash(token), now());
      if (role === null) {
        failed(LINK_USER, origin.address, 'wrong link');
        return fail('API_LOGIN', {
          message: 'this link was used, has ended, or is none',
          hint: '`bekci open` prints a fresh one',
        });
      }
      throttle.succeeded(keys);
      return open(LINK_USER, role, origin);
    },
    async confirmPassword(name, password, address) {
      const keys = begin(name, address);
      const right = await checkPassword(password, store.user(name)?.hash ?? null);
      if (right) throttle.giveBack(keys);
      else failed(name, address, 'wrong password');
      return right;
    },
  };
}

/** What this user signs in with besides the password. */
function factorsOf(user: UserRow, store: ApiStore): readonly Factor[] {
  const keys = store.passkeys(user.name).length > 0;
  return [...(user.totp === null ? [] : (['totp'] as const)), ...(keys ? (['passkey'] as const) : [])];
}

function roleOf(text: string): Role {
  return ROLES.find((role) => role === text) ?? 'viewer';
}
