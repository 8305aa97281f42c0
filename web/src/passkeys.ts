/** Passkeys in the browser: whether it can make and use them here, and what it says when it does not. */
import type {
  PublicKeyCredentialCreationOptionsJSON,
  PublicKeyCredentialRequestOptionsJSON,
} from '@simplewebauthn/browser';
import { type Answer, ApiFault, call } from './api/client.ts';
import type { Me } from './me.ts';
import type { WordKey } from './words/en.ts';

const library = () => import('@simplewebauthn/browser');

/** Why this page cannot use passkeys, in words; null when it can. */
export function passkeyHindrance(): WordKey | null {
  // Digits and dots, or brackets: a browser binds keys to names only.
  if (/^[\d.]+$|^\[/.test(location.hostname)) return 'passkey.not.address';
  if (!window.isSecureContext) return 'passkey.not.plain';
  return 'PublicKeyCredential' in window ? null : 'passkey.not.browser';
}

/** Makes a passkey and keeps it. Throws ApiFault, or what the browser says. */
export async function makePasskey(name: string, password: string): Promise<Answer<'addPasskey'>> {
  const asked = await call('beginPasskey', { body: { password } });
  const { startRegistration } = await library();
  const optionsJSON = asked as unknown as PublicKeyCredentialCreationOptionsJSON;
  const made = await startRegistration({ optionsJSON });
  return call('addPasskey', { body: { name, made } });
}

/** Signs in: with a name and password as the second factor, without them instead of both. */
export async function signInByPasskey(who: { readonly name?: string; readonly password?: string }): Promise<Me> {
  const asked = await call('askPasskey', { body: who });
  const { startAuthentication } = await library();
  const optionsJSON = asked as unknown as PublicKeyCredentialRequestOptionsJSON;
  return call('usePasskey', { body: { answer: await startAuthentication({ optionsJSON }) } });
}

/** What went wrong with a passkey, in words; null when it was something else. */
export function passkeyFault(error: unknown): WordKey | null {
  if (error instanceof ApiFault) return error.code === 'API_PASSKEY_PLACE' ? 'passkey.not.here' : null;
  const name = error instanceof Error ? error.name : '';
  if (name === 'InvalidStateError') return 'passkey.known';
  if (name === 'NotAllowedError' || name === 'AbortError') return 'passkey.cancelled';
  return name === 'SecurityError' ? 'passkey.not.here' : null;
}
