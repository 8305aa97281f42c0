/**
 * The API's contract: every route below `/api/v1` with what it takes and gives. Server, OpenAPI page, tests and dashboard are
 * all built against this one table.
 *
 * Writes need the header `x-bekci-csrf` (from GET /auth/session) when a session cookie signs in, and may carry
 * `idempotency-key`. Faults are `application/problem+json`. Reads answer with an ETag and honour If-None-Match.
 */
import type { z } from 'zod';
import { benchRoutes } from './contract/bench.ts';
import { decideRoutes } from './contract/decide.ts';
import { keepRoutes } from './contract/keep.ts';
import { knowRoutes } from './contract/know.ts';
import { learnRoutes } from './contract/learn.ts';
import { passkeyRoutes } from './contract/passkeys.ts';
import { placeRoutes } from './contract/places.ts';
import { searchRoutes } from './contract/search.ts';
import { settingsRoutes } from './contract/settings.ts';
import type { Route } from './contract/shapes.ts';
import { watchRoutes } from './contract/watch.ts';

export { level, problem, ROLES, type Role } from './contract/shapes.ts';

/** Every route by its name. */
export const routes = {
  ...watchRoutes,
  ...decideRoutes,
  ...knowRoutes,
  ...learnRoutes,
  ...benchRoutes,
  ...keepRoutes,
  ...passkeyRoutes,
  ...placeRoutes,
  ...searchRoutes,
  ...settingsRoutes,
} as const;

/** The table's type. */
export type Routes = typeof routes;
/** Name of a route. */
export type RouteName = keyof Routes;

type Parsed<T, Key extends string> = T extends { readonly [K in Key]: infer S extends z.ZodType }
  ? z.output<S>
  : Record<never, never>;
type Sent<T, Key extends string> = T extends { readonly [K in Key]: infer S extends z.ZodType }
  ? z.input<S>
  : undefined;

/** What a handler is given: parsed parameters, query and body. */
export interface RouteInput<Name extends RouteName> {
  readonly params: Parsed<Routes[Name], 'params'>;
  readonly query: Parsed<Routes[Name], 'query'>;
  readonly body: Parsed<Routes[Name], 'body'>;
}
/** What a client sends. */
export interface RouteRequest<Name extends RouteName> {
  readonly params: Sent<Routes[Name], 'params'>;
  readonly query: Sent<Routes[Name], 'query'>;
  readonly body: Sent<Routes[Name], 'body'>;
}
/** What a route answers; for streams one record. */
export type RouteAnswer<Name extends RouteName> = z.output<Routes[Name]['response']>;

type DeepReadonly<T> = T extends readonly (infer Item)[]
  ? readonly DeepReadonly<Item>[]
  : T extends object
    ? { readonly [K in keyof T]: DeepReadonly<T[K]> }
    : T;
/** The same as the server's own parts hand it over: nothing in it is changed. */
export type Given<Name extends RouteName> = DeepReadonly<RouteAnswer<Name>>;

/** The routes as a list, widened. */
export function routeList(): readonly (readonly [RouteName, Route])[] {
  return Object.entries(routes) as [RouteName, Route][];
}

/** Path prefix of all routes. */
export const API_BASE = '/api/v1';
/** Header that carries the CSRF token. */
export const CSRF_HEADER = 'x-bekci-csrf';
