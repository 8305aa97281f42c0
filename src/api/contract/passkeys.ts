/** Contract of passkeys: what the browser is asked for and answers goes through as WebAuthn level 3 writes it in JSON. */
import { z } from 'zod';
import { key, moment, type Route } from './shapes.ts';
import { me } from './who.ts';

const base64url = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[\w-]+$/, 'base64url');
const id = base64url(1400);
const proof = z.string().max(512);

/** A passkey as its owner sees it. */
export const passkey = z.object({
  id: z.string(),
  name: z.string(),
  rp: z.string().describe('Name of the page it was made for; it works under no other.'),
  synced: z.boolean().describe('It may be on several devices, as a password manager keeps it.'),
  createdAt: moment,
  lastUsedAt: moment.nullable(),
});
const asked = z
  .looseObject({ challenge: z.string() })
  .describe('Options for navigator.credentials, as their JSON form is (WebAuthn level 3).');
/** A key that a browser made (RegistrationResponseJSON). */
export const passkeyMade = z.object({
  id,
  rawId: id,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(4096),
    attestationObject: base64url(16_384),
    transports: z
      .array(z.string().regex(/^[a-z-]{1,20}$/))
      .max(10)
      .optional(),
  }),
});
/** What a key signed (AuthenticationResponseJSON). */
export const passkeyAnswer = z.object({
  id,
  rawId: id,
  type: z.literal('public-key'),
  response: z.object({
    clientDataJSON: base64url(4096),
    authenticatorData: base64url(4096),
    signature: base64url(8192),
    userHandle: base64url(128).nullish(),
  }),
});
/** Output of `passkeyMade`. */
export type PasskeyMade = z.output<typeof passkeyMade>;
/** Output of `passkeyAnswer`. */
export type PasskeyAnswer = z.output<typeof passkeyAnswer>;

/** Routes of passkeys. */
export const passkeyRoutes = {
  askPasskey: {
    method: 'POST',
    path: '/auth/passkey/options',
    role: 'public',
    tag: 'access',
    summary: 'What a passkey is to sign: with name and password as a second factor, without them instead of both',
    body: z.strictObject({
      name: z.string().min(1).max(64).optional(),
      password: z.string().min(1).max(512).optional(),
    }),
    response: asked,
  },
  usePasskey: {
    method: 'POST',
    path: '/auth/passkey',
    role: 'public',
    tag: 'access',
    summary: 'Signs in with what a passkey signed',
    body: z.strictObject({ answer: passkeyAnswer }),
    response: me,
  },
  passkeys: {
    method: 'GET',
    path: '/auth/passkeys',
    role: 'viewer',
    tag: 'access',
    summary: 'Your passkeys',
    response: z.object({ items: z.array(passkey) }),
  },
  beginPasskey: {
    method: 'POST',
    path: '/auth/passkeys/options',
    role: 'viewer',
    tag: 'access',
    summary: 'Begins making a passkey',
    body: z.strictObject({ password: proof }),
    response: asked,
  },
  addPasskey: {
    method: 'POST',
    path: '/auth/passkeys',
    role: 'viewer',
    tag: 'access',
    status: 201,
    summary: 'Keeps a passkey that was made',
    body: z.strictObject({ name: z.string().trim().min(1).max(64), made: passkeyMade }),
    response: passkey,
  },
  removePasskey: {
    method: 'POST',
    path: '/auth/passkeys/{id}/remove',
    role: 'viewer',
    tag: 'access',
    summary: 'Forgets a passkey',
    params: z.object({ id: key.max(1400) }),
    body: z.strictObject({ password: proof }),
    response: z.object({ removed: z.number() }),
  },
} as const satisfies Record<string, Route>;
