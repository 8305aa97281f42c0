/** Contract of keeping house: audit, users, tokens, sessions, signing in. */
import { z } from 'zod';
import { key, moment, page, pageQuery, type Route, role } from './shapes.ts';
import { me } from './who.ts';

const name = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'lower-case letters, digits, dot, - and _');
const password = z.string().min(10).max(512);
const code = z.string().regex(/^\d{6}$/, 'six digits');

/** Somebody who may sign in. */
export const user = z.object({
  name: z.string(),
  role,
  totp: z.boolean(),
  passkeys: z.number().describe('How many.'),
  createdAt: moment,
  lastLoginAt: moment.nullable(),
  disabled: z.boolean(),
});
/** A token for programs; its text is shown once. */
export const token = z.object({
  id: z.string(),
  name: z.string(),
  role,
  scopes: z.array(z.string()),
  createdAt: moment,
  expiresAt: moment.nullable(),
  lastUsedAt: moment.nullable(),
  by: z.string(),
});
/** One signed-in browser. */
export const session = z.object({
  id: z.string(),
  user: z.string(),
  createdAt: moment,
  seenAt: moment,
  expiresAt: moment,
  address: z.string(),
  agent: z.string(),
  current: z.boolean(),
});
/** Who did what. */
export const auditEntry = z.object({
  id: z.string(),
  at: moment,
  who: z.string(),
  address: z.string().nullable(),
  action: z.string(),
  target: z.string(),
  detail: z.string(),
  ok: z.boolean(),
  hash: z.string().describe('Seals the row and all before it; empty for rows of an old version.'),
});

const noParts = { signedIn: z.boolean() };

/** Routes of keeping house. */
export const keepRoutes = {
  session: { method: 'GET', path: '/auth/session', role: 'public', tag: 'access', summary: 'Who am I?', response: me },
  login: {
    method: 'POST',
    path: '/auth/login',
    role: 'public',
    tag: 'access',
    summary: 'Name, password and, where set, the code of the second factor',
    body: z.strictObject({
      name: z.string().min(1).max(64),
      password: z.string().min(1).max(512),
      code: code.optional(),
    }),
    response: me,
  },
  link: {
    method: 'POST',
    path: '/auth/link',
    role: 'public',
    tag: 'access',
    summary: 'Signs in with a one-time link',
    body: z.strictObject({ token: z.string().min(20).max(200) }),
    response: me,
  },
  logout: {
    method: 'POST',
    path: '/auth/logout',
    role: 'viewer',
    tag: 'access',
    summary: 'Ends this session',
    response: z.object(noParts),
  },
  changePassword: {
    method: 'POST',
    path: '/auth/password',
    role: 'viewer',
    tag: 'access',
    summary: 'A new password; other sessions end',
    body: z.strictObject({ old: z.string().max(512), new: password }),
    response: z.object({ changed: z.boolean() }),
  },
  beginTotp: {
    method: 'POST',
    path: '/auth/totp',
    role: 'viewer',
    tag: 'access',
    summary: 'Begins setting up a second factor',
    body: z.strictObject({ password: z.string().max(512) }),
    response: z.object({ secret: z.string(), uri: z.string() }),
  },
  confirmTotp: {
    method: 'POST',
    path: '/auth/totp/confirm',
    role: 'viewer',
    tag: 'access',
    summary: 'The first code switches it on',
    body: z.strictObject({ code }),
    response: z.object({ totp: z.boolean() }),
  },
  endTotp: {
    method: 'POST',
    path: '/auth/totp/end',
    role: 'viewer',
    tag: 'access',
    summary: 'Switches it off',
    body: z.strictObject({ password: z.string().max(512) }),
    response: z.object({ totp: z.boolean() }),
  },
  sessions: {
    method: 'GET',
    path: '/auth/sessions',
    role: 'viewer',
    tag: 'access',
    summary: 'Signed-in browsers (an admin sees all)',
    response: z.object({ items: z.array(session) }),
  },
  endSession: {
    method: 'DELETE',
    path: '/auth/sessions/{id}',
    role: 'viewer',
    tag: 'access',
    summary: 'Ends one',
    params: z.object({ id: key }),
    response: z.object({ ended: z.number() }),
  },
  users: {
    method: 'GET',
    path: '/users',
    role: 'admin',
    tag: 'access',
    summary: 'Users',
    response: z.object({ items: z.array(user) }),
  },
  addUser: {
    method: 'POST',
    path: '/users',
    role: 'admin',
    tag: 'access',
    status: 201,
    summary: 'Adds a user',
    body: z.strictObject({ name, password, role }),
    response: user,
  },
  changeUser: {
    method: 'PATCH',
    path: '/users/{name}',
    role: 'admin',
    tag: 'access',
    summary: 'Role, password, disabled, second factor and passkeys off',
    params: z.object({ name: key }),
    body: z.strictObject({
      role: role.optional(),
      password: password.optional(),
      disabled: z.boolean().optional(),
      totp: z.literal(false).optional(),
      passkeys: z.literal(false).optional(),
    }),
    response: user,
  },
  deleteUser: {
    method: 'DELETE',
    path: '/users/{name}',
    role: 'admin',
    tag: 'access',
    summary: 'Removes a user and ends its sessions',
    params: z.object({ name: key }),
    response: z.object({ removed: z.number() }),
  },
  tokens: {
    method: 'GET',
    path: '/tokens',
    role: 'admin',
    tag: 'access',
    summary: 'API tokens',
    response: z.object({ items: z.array(token) }),
  },
  addToken: {
    method: 'POST',
    path: '/tokens',
    role: 'admin',
    tag: 'access',
    status: 201,
    summary: 'A new token, shown once',
    body: z.strictObject({
      name: z.string().min(1).max(64),
      role,
      scopes: z
        .array(z.enum(['api', 'bouncer']))
        .min(1)
        .default(['api']),
      expiresAt: moment.nullish(),
    }),
    response: token.extend({ secret: z.string() }),
  },
  deleteToken: {
    method: 'DELETE',
    path: '/tokens/{id}',
    role: 'admin',
    tag: 'access',
    summary: 'Revokes a token',
    params: z.object({ id: key }),
    response: z.object({ removed: z.number() }),
  },
  audit: {
    method: 'GET',
    path: '/audit',
    role: 'admin',
    tag: 'audit',
    summary: 'Who did what, newest first',
    query: pageQuery.extend({
      who: z.string().max(100).optional(),
      action: z.string().max(100).optional(),
      target: z.string().max(300).optional(),
      since: moment.optional(),
    }),
    response: page(auditEntry),
  },
  auditProof: {
    method: 'GET',
    path: '/audit/proof',
    role: 'admin',
    tag: 'audit',
    summary: 'Walks the chain of the audit: is it whole?',
    query: z.object({
      head: z
        .string()
        .regex(/^[0-9a-f]{64}$/)
        .optional(),
    }),
    response: z.object({
      rows: z.number(),
      unsealed: z.number().describe('Rows at the beginning that an old version wrote without a seal.'),
      brokenAt: z.number().nullable(),
      fault: z.enum(['changed', 'gap', 'cut', 'unknown-head']).nullable(),
      head: z.string().nullable().describe('Seal of the newest row: note it elsewhere.'),
    }),
  },
} as const satisfies Record<string, Route>;
