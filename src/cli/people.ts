/** `bekci open`, `bekci users` and `bekci tokens`: who may see the watch room. Works on the store, also while the daemon runs. */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { newSecret, secretHash } from '../api/auth/access.ts';
import { hashPassword } from '../api/auth/password.ts';
import { ROLES, type Role } from '../api/contract/shapes.ts';
import { parseDuration } from '../kit/duration.ts';
import { fail } from '../kit/errors.ts';
import { t } from '../kit/messages/messages.ts';
import { escapeControls } from '../kit/text.ts';
import type { ApiStore } from '../store/api-store.ts';
import { openApiStore } from '../store/sqlite/api/api-store.ts';
import { ask, locate, notRunning, sitting, type Where } from './client.ts';

interface Options extends Where {
  readonly json?: boolean;
  readonly role?: string;
}

/** Prints a link that signs in once. */
export async function open(options: Options): Promise<void> {
  const { stateDir, config } = locate(options);
  const answer = (await ask(stateDir, 'POST', '/link')) ?? notRunning(stateDir);
  const { url } = answer.body as { url: string | null };
  if (url === null)
    fail('API_NO_PAGE', {
      message: 'the daemon serves no dashboard',
      hint: 'is `http.enabled` false, or its port taken? `bekci doctor` and the log say more',
    });
  print(options, { url }, t(config.language, 'open.link', { url }));
}

/** Lists the users. */
export function listUsers(options: Options): void {
  const store = storeOf(options);
  for (const { name, role, totp, createdAt, lastLoginAt, disabled } of store.users()) {
    const last = lastLoginAt === null ? '-' : new Date(lastLoginAt).toISOString();
    const passkeys = store.passkeys(name).length;
    const factors = `${totp === null ? '' : 'totp '}${passkeys === 0 ? '' : `passkeys:${passkeys} `}`;
    print(
      options,
      { name, role, totp: totp !== null, passkeys, createdAt, lastLoginAt, disabled },
      `${name.padEnd(20)} ${role.padEnd(9)} ${factors}${disabled ? 'disabled ' : ''}last sign-in ${last}`,
    );
  }
  store.close();
}

/** Adds a user; the password comes from standard input, never from the command line. */
export async function addUser(name: string, options: Options): Promise<void> {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name))
    fail('USAGE_NAME', {
      message: `\`${escapeControls(name)}\` cannot be a name`,
      hint: 'lower-case letters, digits, dot, - and _',
    });
  const role = roleOf(options.role ?? 'viewer');
  const store = storeOf(options);
  if (store.user(name) !== null)
    fail('USAGE_NAME', { message: `there is a user ${name}`, hint: '`bekci users passwd` gives a new password' });
  const hash = await hashPassword(await readPassword());
  store.addUser({ name, role, hash, createdAt: Date.now() });
  note(store, 'users.add', name, role);
  print(options, { name, role }, `${name} may sign in as ${role}`);
  store.close();
}

/** Gives a user a new password and ends the sessions. */
export async function setPassword(
  name: string,
  options: Options & { readonly resetTotp?: boolean; readonly resetPasskeys?: boolean },
): Promise<void> {
  const store = storeOf(options);
  knownUser(store, name);
  const hash = await hashPassword(await readPassword());
  // For whoever lost the telephone.
  const reset = options.resetTotp === true ? { totp: null, totpPending: null } : {};
  store.changeUser(name, { hash, ...reset });
  const passkeys = options.resetPasskeys === true ? store.removePasskeys(name) : 0;
  const ended = store.endSessions(name, null);
  const also = `${options.resetTotp === true ? ' totp' : ''}${passkeys === 0 ? '' : ' passkeys'}`;
  note(store, 'users.change', name, `password${also}`);
  print(options, { name, ended }, `${name} has a new password; ${ended} sessions ended`);
  store.close();
}

/** Lists a user's passkeys, or removes one, by name or id, or all. */
export function userPasskeys(
  name: string,
  options: Options & { readonly remove?: string; readonly removeAll?: boolean },
): void {
  const store = storeOf(options);
  knownUser(store, name);
  const { remove, removeAll } = options;
  const keys = store.passkeys(name);
  const meant = keys.filter((each) => removeAll === true || each.id === remove || each.name === remove);
  if (remove !== undefined && meant.length === 0)
    fail('USAGE_NAME', {
      message: `${name} has no passkey ${escapeControls(remove)}`,
      hint: `\`bekci users passkeys ${name}\` shows them`,
    });
  for (const { id, name: key, rp, createdAt, lastUsedAt } of remove === undefined && removeAll !== true
    ? keys
    : meant) {
    const shown = escapeControls(key);
    if (meant.length > 0) {
      store.removePasskey(name, id);
      note(store, 'passkey.remove', name, key);
      print(options, { user: name, removed: id, name: key }, `${shown} of ${name} signs in no more`);
      continue;
    }
    const used = lastUsedAt === null ? 'never used' : `used ${new Date(lastUsedAt).toISOString()}`;
    const made = `made ${new Date(createdAt).toISOString()} for ${escapeControls(rp)}`;
    print(options, { user: name, id, name: key, rp, createdAt, lastUsedAt }, `${shown.padEnd(24)} ${made}  ${used}`);
  }
  store.close();
}

/** Removes a user and ends the sessions. */
export function removeUser(name: string, options: Options): void {
  const store = storeOf(options);
  knownUser(store, name);
  store.removeUser(name);
  note(store, 'users.delete', name, '');
  print(options, { removed: name }, `${name} may not sign in any more`);
  store.close();
}

/** Lists the tokens, never their secrets. */
export function listTokens(options: Options): void {
  const store = storeOf(options);
  for (const { hash: _, ...token } of store.tokens()) {
    const used = token.lastUsedAt === null ? 'never used' : `used ${new Date(token.lastUsedAt).toISOString()}`;
    const until = token.expiresAt === null ? '' : `  until ${new Date(token.expiresAt).toISOString()}`;
    print(
      options,
      token,
      `${token.id}  ${escapeControls(token.name).padEnd(20)} ${token.role.padEnd(9)} ${token.scopes.join(',')}  ${used}${until}`,
    );
  }
  store.close();
}

/** Adds a token and shows it, once. */
export function addToken(
  name: string,
  options: Options & { readonly bouncer?: boolean; readonly expires?: string },
): void {
  const role = roleOf(options.role ?? 'viewer');
  const seconds = options.expires === undefined ? null : parseDuration(options.expires);
  if (options.expires !== undefined && seconds === null)
    fail('USAGE_DURATION', { message: `\`${options.expires}\` is no duration`, hint: 'write 30d, 12h ...' });
  const store = storeOf(options);
  const secret = newSecret('bkt_');
  const scopes = options.bouncer === true ? ['bouncer'] : ['api'];
  const now = Date.now();
  const id = randomUUID();
  const expiresAt = seconds === null ? null : now + seconds * 1000;
  store.addToken({
    id,
    name: name.slice(0, 64),
    hash: secretHash(secret),
    role,
    scopes,
    createdAt: now,
    expiresAt,
    lastUsedAt: null,
    by: 'cli',
  });
  note(store, 'tokens.add', name, `${role} ${scopes.join(' ')}`);
  print(options, { id, name, role, scopes, expiresAt, secret }, `${secret}\nIt is shown this once. Its id is ${id}.`);
  store.close();
}

/** Revokes a token by id or name. */
export function revokeToken(which: string, options: Options): void {
  const store = storeOf(options);
  const found = store.tokens().filter((each) => each.id === which || each.name === which);
  if (found.length === 0)
    fail('USAGE_TOKEN', {
      message: `there is no token ${escapeControls(which)}`,
      hint: '`bekci tokens list` shows them',
    });
  for (const { id, name } of found) {
    store.removeToken(id);
    note(store, 'tokens.delete', name, id);
    print(options, { removed: id, name }, `${escapeControls(name)} (${id}) works no more`);
  }
  store.close();
}

function storeOf(where: Where): ApiStore {
  const { stateDir } = locate(where);
  const path = join(stateDir, 'bekci.db');
  if (!existsSync(path))
    fail('STORE_NONE', {
      message: `there is no store in ${stateDir}`,
      hint: 'has `bekci run` run here? `--state-dir` or `-c` names another place',
    });
  return openApiStore(path);
}

function knownUser(store: ApiStore, name: string): void {
  if (store.user(name) === null)
    fail('USAGE_NAME', { message: `there is no user ${escapeControls(name)}`, hint: '`bekci users list` shows them' });
}

function roleOf(text: string): Role {
  const found = ROLES.find((role) => role === text);
  return found ?? fail('USAGE_ROLE', { message: `\`${escapeControls(text)}\` is no role`, hint: ROLES.join(', ') });
}

function note(store: ApiStore, action: string, target: string, detail: string): void {
  store.addAudit({ at: Date.now(), who: `cli:${sitting()}`, address: null, action, target, detail, ok: true });
}

function print(options: Options, json: unknown, text: string): void {
  console.log(options.json === true ? JSON.stringify(json) : text);
}

/** One line of standard input; at a terminal nothing of it is shown. */
async function readPassword(): Promise<string> {
  const hidden = process.stdin.isTTY === true;
  if (hidden) process.stderr.write('Password (10 characters or more): ');
  // As a terminal without output: raw, so that nothing is echoed.
  const lines = createInterface({ input: process.stdin, terminal: hidden });
  const { value } = await lines[Symbol.asyncIterator]().next();
  lines.close();
  if (hidden) process.stderr.write('\n');
  const password = typeof value === 'string' ? value : '';
  if (password.length < 10 || password.length > 512)
    fail('USAGE_PASSWORD', {
      message: 'the password has fewer than 10 characters, or more than 512',
      hint: 'a few words make a good one',
    });
  return password;
}
