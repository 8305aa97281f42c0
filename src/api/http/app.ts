/** The HTTP application: every route of the contract behind the same checks, the dashboard's files, the bouncers' door. */
import { createHash } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { fail } from '../../kit/errors.ts';
import { createAccess } from '../auth/access.ts';
import { bouncerDecisions, bouncerMetrics, bouncerStream } from '../bouncer.ts';
import type { Route } from '../contract/shapes.ts';
import { API_BASE, type RouteName, routeList } from '../contract.ts';
import { handlers } from '../handlers.ts';
import { createLive } from '../live.ts';
import { openApiPage, openApiText } from '../open-api.ts';
import type { ApiParts } from '../ports.ts';
import { createUndo } from '../undo.ts';
import {
  authorise,
  type Call,
  type Desk,
  identify,
  isWrite,
  MAX_BODY,
  parseInput,
  readBody,
  sessionCookie,
} from './call.ts';
import { createGuard, SECURITY_HEADERS } from './guard.ts';
import { createIdempotency } from './idempotency.ts';
import { problem, problemOf } from './problem.ts';
import { createWebFiles } from './web-files.ts';

type Bindings = { Bindings: HttpBindings };
type AnyHandler = (input: unknown, call: Call) => unknown;

/** A served application. */
export interface App {
  readonly hono: Hono<Bindings>;
  /** Ends open streams. */
  close(): void;
}

/** The application over the program's parts. */
export function createApp(parts: ApiParts): App {
  const guard = createGuard(parts.http);
  const access = createAccess(parts.api, parts.http.sessionSeconds * 1000, parts.now, parts.loginFailed);
  const desk: Desk = { ...parts, access, undo: createUndo(parts.now), live: createLive(parts) };
  const idempotency = createIdempotency(parts.api, parts.now);
  const files = createWebFiles(parts.http.webRoot);
  const app = new Hono<Bindings>();

  app.use(async (c, next) => {
    guard.checkHost(c.req.header('host'));
    if (isWrite(c.req.raw)) guard.checkSite(c.req.raw.headers);
    if (Number(c.req.header('content-length') ?? 0) > MAX_BODY)
      fail('API_TOO_LARGE', { message: `at most ${MAX_BODY} bytes are taken` });
    await next();
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) c.res.headers.set(name, value);
  });

  async function run(name: RouteName, route: Route, c: Context<Bindings>): Promise<Response> {
    const request = c.req.raw;
    const origin = guard.originOf(c.env.incoming);
    const caller = identify(access, request, origin);
    authorise(route, caller, request);
    const body = await readBody(route, request);
    const input = parseInput(route, { params: c.req.param(), query: c.req.query(), body });
    let cookie: string | null = null;
    const call: Call = {
      desk,
      caller,
      origin,
      request,
      setSession(secret) {
        cookie = sessionCookie(secret, parts.http.sessionSeconds, origin.secure);
      },
    };
    const work = async (): Promise<Response> => {
      const answer = await (handlers[name] as AnyHandler)(input, call);
      return answer instanceof Response ? answer : jsonAnswer(answer, route, request);
    };
    // What signs in or shows a secret is never kept to be said again.
    const response =
      isWrite(request) && caller !== null && route.tag !== 'access'
        ? await idempotency.once(caller, request, body, work)
        : await work();
    if (cookie !== null) response.headers.append('set-cookie', cookie);
    return response;
  }

  // Fixed paths before those with a parameter in the same place.
  const inOrder = routeList().toSorted(([, a], [, b]) => Number(a.path.includes('{')) - Number(b.path.includes('{')));
  for (const [name, route] of inOrder)
    app.on(route.method, API_BASE + route.path.replace(/\{(\w+)\}/g, ':$1'), (c) => run(name, route, c));
  app.get(`${API_BASE}/openapi.json`, () => textAnswer(openApiText(), 'application/json'));
  app.get(`${API_BASE}/docs`, () => textAnswer(openApiPage(), 'text/html; charset=utf-8'));
  app.get('/v1/decisions', (c) => bouncerDecisions(desk, c.req.raw, guard.originOf(c.env.incoming)));
  app.get('/v1/decisions/stream', (c) => bouncerStream(desk, c.req.raw, guard.originOf(c.env.incoming)));
  app.post('/v1/usage-metrics', (c) => bouncerMetrics(desk, c.req.raw, guard.originOf(c.env.incoming)));
  app.get('*', (c) => (isApi(c.req.path) ? notFound() : (files.answer(c.req.raw) ?? notFound())));
  app.notFound(() => notFound());
  app.onError((error) => {
    const known = problemOf(error);
    if (known === null) parts.log('error', 'the API failed', { error: error.stack ?? error.message });
    const answer = known ?? problem(500, 'API_FAILED', 'this failed; the log of bekci says more');
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) answer.headers.set(name, value);
    return answer;
  });
  return { hono: app, close: () => desk.live.close() };
}

function jsonAnswer(answer: unknown, route: Route, request: Request): Response {
  const text = JSON.stringify(answer);
  const headers: Record<string, string> = { 'content-type': 'application/json; charset=utf-8' };
  if (isWrite(request)) {
    headers['cache-control'] = 'no-store';
    return new Response(text, { status: route.status ?? 200, headers });
  }
  headers['cache-control'] = 'private, no-cache';
  headers.vary = 'cookie, authorization, x-api-key';
  headers.etag = `"${createHash('sha1').update(text).digest('base64url')}"`;
  const known = (request.headers.get('if-none-match') ?? '').split(',').map((each) => each.trim().replace(/^W\//, ''));
  if (known.includes(headers.etag)) return new Response(null, { status: 304, headers });
  return new Response(text, { headers });
}

function textAnswer(text: string, type: string): Response {
  return new Response(text, { headers: { 'content-type': type, 'cache-control': 'no-cache' } });
}

function isApi(path: string): boolean {
  return path.startsWith('/api/') || path.startsWith('/v1/');
}

function notFound(): Response {
  return problem(404, 'API_NOT_FOUND', 'there is nothing here');
}
