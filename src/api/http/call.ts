/** One call of a route: who calls, what was sent, and what a handler may do besides answering. */
import type { z } from 'zod';
import { AppError, fail } from '../../kit/errors.ts';
import type { Access, Caller } from '../auth/access.ts';
import type { Route } from '../contract/shapes.ts';
import { CSRF_HEADER, ROLES } from '../contract.ts';
import type { ApiParts } from '../ports.ts';
import type { Undo } from '../undo.ts';
import type { Origin } from './guard.ts';
import { InputError } from './problem.ts';

/** Longest body in bytes. */
export const MAX_BODY = 1024 * 1024;
const COOKIE = 'bekci_session';

/** What all handlers stand on. */
export interface Desk extends ApiParts {
  readonly access: Access;
  readonly undo: Undo;
  readonly live: { open(call: Call): Response; close(): void };
}

/** What a handler is given besides its input. */
export interface Call {
  readonly desk: Desk;
  /** Null on public routes without a sign-in. */
  readonly caller: Caller | null;
  readonly origin: Origin;
  readonly request: Request;
  /** Text that becomes the session cookie; null ends it. */
  setSession(secret: string | null): void;
}

/** Who calls a route that is not public. */
export function callerOf(call: Call): Caller {
  return call.caller ?? fail('API_SIGN_IN', { message: 'sign in first', hint: '`bekci open` prints a link' });
}

/** Notes what somebody did. */
export function note(call: Call, action: string, target: string, detail = '', ok = true): void {
  const { desk, caller, origin } = call;
  desk.api.addAudit({
    at: desk.now(),
    who: caller?.user ?? '',
    address: origin.address,
    action,
    target: target.slice(0, 300),
    detail: detail.slice(0, 500),
    ok,
  });
}

/** Whoever the request's cookie or token stands for. */
export function identify(access: Access, request: Request, origin: Origin): Caller | null {
  const bearer = /^Bearer (bkt_[\w-]{20,100})$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  const token = bearer ?? request.headers.get('x-api-key');
  if (token !== undefined && token !== null) return access.byToken(token, origin.address);
  const secret = readCookie(request.headers.get('cookie') ?? '');
  return secret === null ? null : access.bySession(secret, origin.address);
}

/** Throws unless this caller may use the route. */
export function authorise(route: Route, caller: Caller | null, request: Request): void {
  if (route.role === 'public') return;
  if (caller === null)
    throw new AppError('API_SIGN_IN', {
      message: 'sign in first',
      hint: '`bekci open` prints a link; programs send a token',
    });
  if (caller.scopes !== null && !caller.scopes.includes(route.scope ?? 'api') && !caller.scopes.includes('api'))
    fail('API_ROLE', { message: 'this token is not for that' });
  if (ROLES.indexOf(caller.role) < ROLES.indexOf(route.role))
    fail('API_ROLE', { message: `this needs the role ${route.role}` });
  if (isWrite(request) && caller.session !== null && request.headers.get(CSRF_HEADER) !== caller.session.csrf)
    fail('API_CSRF', { message: `the header ${CSRF_HEADER} is missing or wrong`, hint: 'GET /auth/session tells it' });
}

/** True for methods that change something. */
export function isWrite(request: Request): boolean {
  return request.method !== 'GET' && request.method !== 'HEAD';
}

/** The JSON body; undefined when the route takes none. Throws API_MEDIA_TYPE, API_TOO_LARGE or API_INPUT. */
export async function readBody(route: Route, request: Request): Promise<unknown> {
  if (route.body === undefined) return undefined;
  // A form of another site cannot send this type without asking first.
  if (!/^application\/json\s*(?:;|$)/i.test(request.headers.get('content-type') ?? ''))
    fail('API_MEDIA_TYPE', { message: 'send application/json' });
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of request.body ?? []) {
    size += part.length;
    if (size > MAX_BODY) fail('API_TOO_LARGE', { message: `at most ${MAX_BODY} bytes are taken` });
    parts.push(part);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(parts)));
  } catch {
    throw new InputError([{ path: '', message: 'the body is no JSON' }]);
  }
}

/** Input by the contract. Throws InputError with every fault. */
export function parseInput(
  route: Route,
  raw: { readonly params: unknown; readonly query: unknown; readonly body: unknown },
): { params: unknown; query: unknown; body: unknown } {
  const faults: { path: string; message: string }[] = [];
  const parse = (schema: z.ZodType | undefined, value: unknown, where: string): unknown => {
    if (schema === undefined) return {};
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    for (const issue of parsed.error.issues.slice(0, 50))
      faults.push({ path: [where, ...issue.path].join('.'), message: issue.message });
    return {};
  };
  const input = {
    params: parse(route.params, raw.params, 'params'),
    query: parse(route.query, raw.query, 'query'),
    body: parse(route.body, raw.body, 'body'),
  };
  if (faults.length > 0) throw new InputError(faults);
  return input;
}

/** The Set-Cookie header of a session, or of its end. */
export function sessionCookie(secret: string | null, seconds: number, secure: boolean): string {
  const age = secret === null ? 0 : seconds;
  return `${COOKIE}=${secret ?? ''}; Path=/; Max-Age=${age}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
}

function readCookie(header: string): string | null {
  for (const part of header.split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === COOKIE && value !== undefined && /^bks_[\w-]{20,100}$/.test(value)) return value;
  }
  return null;
}

/** A fault that says the thing is not there. */
export function missing(what: string): AppError {
  return new AppError('API_NOT_FOUND', { message: `${what} is not known here` });
}
