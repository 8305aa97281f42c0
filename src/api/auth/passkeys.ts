/**
 * Passkeys: made by who proved the password, used beside it or, where the key itself asked for a finger or a PIN, instead of
 * it. WebAuthn level 3; what it says about bytes and signatures is left to @simplewebauthn/server, loaded when first needed.
 */
import { randomBytes } from 'node:crypto';
import { describeError, fail } from '../../kit/errors.ts';
import type { ApiStore, PasskeyRow, SessionRow } from '../../store/api-store.ts';
import type { PasskeyAnswer, PasskeyMade } from '../contract/passkeys.ts';
import type { Origin } from '../http/guard.ts';
import { CHALLENGE_MS, createChallenges, type Purpose } from './challenges.ts';
import type { Site } from './site.ts';

/** Passkeys of one user. */
const MAX_KEYS = 20;
/** EdDSA, ES256, RS256 (IANA COSE algorithms). */
const ALGORITHMS = [-8, -7, -257];

/** What signing in by password and by passkey share. */
export interface Gate {
  /** Counts an attempt. Throws API_THROTTLED. */
  begin(user: string | null, address: string): readonly string[];
  succeeded(keys: readonly string[]): void;
  failed(user: string, address: string, why: string): void;
  open(user: string, role: string, origin: Origin): { secret: string; session: SessionRow };
}
/** What a browser is asked for, as it takes it. */
export type Asked = { readonly challenge: string } & Readonly<Record<string, unknown>>;
/** Making and using passkeys. */
export interface Passkeys {
  /** What a browser makes a key of. The user has proved the password. */
  beginMaking(user: string, site: Site, address: string): Promise<Asked>;
  /** Keeps what was made. Throws API_CONFLICT for what is not as it was asked for. */
  finishMaking(user: string, name: string, made: PasskeyMade, site: Site): Promise<PasskeyRow>;
  /** What a browser signs: with a key of this user, who has proved the password, or null for whoever has one. */
  ask(user: string | null, site: Site, address: string): Promise<Asked>;
  /** Signs in. Throws API_LOGIN or API_THROTTLED. */
  signIn(answer: PasskeyAnswer, site: Site, origin: Origin): Promise<{ secret: string; session: SessionRow }>;
}

/** Why a good signature is refused: its counter did not grow, as of a key that was copied. */
const COPIED = 'the counter of a passkey did not grow';

const library = () => import('@simplewebauthn/server');

/** Passkeys over the store. */
export function createPasskeys(store: ApiStore, gate: Gate, now: () => number): Passkeys {
  const challenges = createChallenges(now);
  const here = (user: string, site: Site): readonly PasskeyRow[] =>
    store.passkeys(user).filter((each) => each.rp === site.rp);
  const listed = (keys: readonly PasskeyRow[]): { id: string; transports: string[] }[] =>
    keys.map(({ id, transports }) => ({ id, transports: [...transports] }));

  /** Whoever may sign in with this answer, after everything that could be wrong with it. */
  async function check(answer: PasskeyAnswer, key: PasskeyRow | null, site: Site): Promise<PasskeyRow | string> {
    const challenge = challengeIn(answer.response.clientDataJSON);
    const purpose = challenge === null ? null : challenges.take(challenge);
    const problem = problemOf(answer, key, purpose, site);
    if (problem !== null || key === null || challenge === null) return problem ?? 'no such passkey';
    const { verifyAuthenticationResponse } = await library();
    const { userHandle: _, ...signed } = answer.response;
    try {
      const { verified, authenticationInfo } = await verifyAuthenticationResponse({
        response: { ...answer, response: { ...signed, userHandle: key.handle }, clientExtensionResults: {} },
        expectedChallenge: challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.rp,
        // Counted below, in one step with noting it, and only for what was truly signed.
        credential: { id: key.id, publicKey: bytes(key.publicKey), counter: 0 },
        requireUserVerification: purpose?.kind === 'alone',
      });
      if (!verified) return 'wrong signature of a passkey';
      return store.takePasskeyUse(key.id, authenticationInfo.newCounter, now()) ? key : COPIED;
    } catch (error) {
      return describeError(error).slice(0, 120);
    }
  }

  return {
    async beginMaking(user, site, address) {
      const keys = store.passkeys(user);
      if (keys.length >= MAX_KEYS)
        fail('API_CONFLICT', { message: `a user has at most ${MAX_KEYS} passkeys`, hint: 'remove one first' });
      const { generateRegistrationOptions } = await library();
      const handle = keys[0]?.handle ?? randomBytes(32).toString('base64url');
      const challenge = challenges.issue({ kind: 'register', user, rp: site.rp, handle }, address);
      const options = await generateRegistrationOptions({
        rpName: 'Bekçi',
        rpID: site.rp,
        userName: user,
        userDisplayName: user,
        userID: bytes(handle),
        challenge: bytes(challenge),
        timeout: CHALLENGE_MS,
        attestationType: 'none',
        excludeCredentials: listed(here(user, site)),
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
        supportedAlgorithmIDs: ALGORITHMS,
      });
      return { ...options };
    },
    async finishMaking(user, name, made, site) {
      const { clientDataJSON, attestationObject, transports = [] } = made.response;
      const challenge = challengeIn(clientDataJSON);
      const purpose = challenge === null ? null : challenges.take(challenge);
      if (challenge === null || purpose?.kind !== 'register' || purpose.user !== user || purpose.rp !== site.rp)
        return fail('API_CONFLICT', { message: 'this was not asked for, or too long ago', hint: 'begin again' });
      const { verifyRegistrationResponse } = await library();
      const { registrationInfo } = await verifyRegistrationResponse({
        response: { ...made, response: { clientDataJSON, attestationObject }, clientExtensionResults: {} },
        expectedChallenge: challenge,
        expectedOrigin: site.origin,
        expectedRPID: site.rp,
        requireUserVerification: false,
        supportedAlgorithmIDs: ALGORITHMS,
      }).catch((cause: unknown) =>
        fail('API_CONFLICT', { message: `the passkey was not taken: ${describeError(cause).slice(0, 200)}`, cause }),
      );
      if (registrationInfo === undefined) return fail('API_CONFLICT', { message: 'the passkey was not taken' });
      const { credential, credentialDeviceType } = registrationInfo;
      const key: PasskeyRow = {
        id: credential.id,
        user,
        name,
        rp: site.rp,
        handle: purpose.handle ?? '',
        publicKey: Buffer.from(credential.publicKey).toString('base64url'),
        counter: credential.counter,
        transports,
        synced: credentialDeviceType === 'multiDevice',
        createdAt: now(),
        lastUsedAt: null,
      };
      if (!store.addPasskey(key)) fail('API_CONFLICT', { message: 'this passkey is known already' });
      return key;
    },
    async ask(user, site, address) {
      const keys = user === null ? [] : here(user, site);
      if (user !== null && keys.length === 0) fail('API_PASSKEY_PLACE', elsewhere(store.passkeys(user)));
      const { generateAuthenticationOptions } = await library();
      const challenge = challenges.issue({ kind: user === null ? 'alone' : 'second', user, rp: site.rp }, address);
      const options = await generateAuthenticationOptions({
        rpID: site.rp,
        challenge: bytes(challenge),
        timeout: CHALLENGE_MS,
        userVerification: user === null ? 'required' : 'discouraged',
        ...(user === null ? {} : { allowCredentials: listed(keys) }),
      });
      return { ...options };
    },
    async signIn(answer, site, origin) {
      const key = store.passkey(answer.id);
      const keys = gate.begin(key?.user ?? null, origin.address);
      const found = await check(answer, key, site);
      const user = key === null ? null : store.user(key.user);
      if (typeof found === 'string' || user === null || user.disabled) {
        const why = typeof found === 'string' ? found : 'no such user';
        gate.failed(key?.user ?? '(passkey)', origin.address, why);
        if (why === COPIED) noteCopied(store, key!, origin.address, now());
        return fail('API_LOGIN', { message: 'the passkey was not accepted' });
      }
      gate.succeeded(keys);
      store.changeUser(user.name, { lastLoginAt: now() });
      return gate.open(user.name, user.role, origin);
    },
  };
}

/** What is wrong before any byte of the signature is looked at. */
function problemOf(answer: PasskeyAnswer, key: PasskeyRow | null, purpose: Purpose | null, site: Site): string | null {
  if (purpose === null || purpose.kind === 'register') return 'a passkey signed nothing that was asked for';
  if (key === null) return 'unknown passkey';
  if (key.rp !== site.rp || purpose.rp !== site.rp) return 'a passkey of another name';
  if (purpose.kind === 'second' && purpose.user !== key.user) return 'a passkey of another user';
  const handle = answer.response.userHandle ?? null;
  // Nobody said who signs in: then the key itself must.
  if (handle === null ? purpose.kind === 'alone' : handle !== key.handle) return 'a passkey without its owner';
  return null;
}

/** The challenge that was signed, as the browser wrote it down; null for what is no such text. */
function challengeIn(clientDataJson: string): string | null {
  try {
    const said: unknown = JSON.parse(Buffer.from(clientDataJson, 'base64url').toString('utf8'));
    const challenge = typeof said === 'object' && said !== null ? (said as { challenge?: unknown }).challenge : null;
    return typeof challenge === 'string' ? challenge : null;
  } catch {
    return null;
  }
}

/** Why this user has no passkey here. */
function elsewhere(keys: readonly PasskeyRow[]): { message: string; hint: string } {
  if (keys.length === 0) return { message: 'this user has no passkey', hint: 'sign in by the password' };
  const names = [...new Set(keys.map((each) => each.rp))].join(' or ');
  return { message: 'your passkeys were made for another name of this page', hint: `open it as ${names}` };
}

/** A key that may have been copied is for people to look at. */
function noteCopied(store: ApiStore, key: PasskeyRow, address: string, at: number): void {
  store.addAudit({ at, who: key.user, address, action: 'passkey.copied', target: key.name, detail: COPIED, ok: false });
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text, 'base64url'));
}
