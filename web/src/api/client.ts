/** Calls to the API, typed by its contract. Only types are taken from there: no schema reaches the browser. */
import type { RouteAnswer, RouteName, RouteRequest, Routes } from '../../../src/api/contract.ts';

const PATHS = {
  session: ['GET', '/auth/session'],
  login: ['POST', '/auth/login'],
  link: ['POST', '/auth/link'],
  logout: ['POST', '/auth/logout'],
  now: ['GET', '/now'],
  status: ['GET', '/status'],
  sources: ['GET', '/sources'],
  explain: ['POST', '/explain'],
  timeline: ['GET', '/timeline'],
  top: ['GET', '/top'],
  places: ['GET', '/places'],
  alerts: ['GET', '/alerts'],
  alert: ['GET', '/alerts/{id}'],
  changeAlerts: ['POST', '/alerts/state'],
  decisions: ['GET', '/decisions'],
  decision: ['GET', '/decisions/{id}'],
  addDecisions: ['POST', '/decisions'],
  deleteDecisions: ['POST', '/decisions/delete'],
  undo: ['POST', '/undo/{token}'],
  allowlist: ['GET', '/allowlist'],
  addAllow: ['POST', '/allowlist'],
  deleteAllow: ['DELETE', '/allowlist/{id}'],
  entities: ['GET', '/entities'],
  entity: ['GET', '/entities/{value}'],
  rules: ['GET', '/rules'],
  rule: ['GET', '/rules/{id}'],
  ruleCoverage: ['GET', '/rules/coverage'],
  ruleCosts: ['GET', '/rules/costs'],
  tryRule: ['POST', '/rules/try'],
  ownRules: ['GET', '/rules/own'],
  saveRule: ['PUT', '/rules/own/{name}'],
  deleteRule: ['DELETE', '/rules/own/{name}'],
  feeds: ['GET', '/indicators/feeds'],
  lookup: ['POST', '/indicators/lookup'],
  settings: ['GET', '/settings'],
  checkSettings: ['POST', '/settings/check'],
  writeSettings: ['PUT', '/settings'],
  testSetting: ['POST', '/settings/test'],
  changePassword: ['POST', '/auth/password'],
  beginTotp: ['POST', '/auth/totp'],
  confirmTotp: ['POST', '/auth/totp/confirm'],
  endTotp: ['POST', '/auth/totp/end'],
  askPasskey: ['POST', '/auth/passkey/options'],
  usePasskey: ['POST', '/auth/passkey'],
  passkeys: ['GET', '/auth/passkeys'],
  beginPasskey: ['POST', '/auth/passkeys/options'],
  addPasskey: ['POST', '/auth/passkeys'],
  removePasskey: ['POST', '/auth/passkeys/{id}/remove'],
  sessions: ['GET', '/auth/sessions'],
  endSession: ['DELETE', '/auth/sessions/{id}'],
  users: ['GET', '/users'],
  addUser: ['POST', '/users'],
  changeUser: ['PATCH', '/users/{name}'],
  deleteUser: ['DELETE', '/users/{name}'],
  tokens: ['GET', '/tokens'],
  addToken: ['POST', '/tokens'],
  deleteToken: ['DELETE', '/tokens/{id}'],
  audit: ['GET', '/audit'],
  searchSources: ['GET', '/search/sources'],
  savedSearches: ['GET', '/search/saved'],
  saveSearch: ['POST', '/search/saved'],
  deleteSearch: ['DELETE', '/search/saved/{id}'],
} as const satisfies { readonly [N in RouteName]?: readonly [Routes[N]['method'], Routes[N]['path']] };

/** Routes the dashboard calls. */
export type Called = keyof typeof PATHS;
/** What a route answers. */
export type Answer<N extends RouteName> = RouteAnswer<N>;
/** What is sent. */
export interface Sent<N extends Called> {
  readonly params?: RouteRequest<N>['params'] | undefined;
  readonly query?: RouteRequest<N>['query'] | undefined;
  readonly body?: RouteRequest<N>['body'] | undefined;
}

/** A call that failed; `code` is the API's, or OFFLINE when nobody answered. */
export class ApiFault extends Error {
  readonly code: string;
  readonly hint: string | null;
  /** For wrong input: each fault with its place. */
  readonly faults: readonly InputFault[];
  /** For a right password: what is needed besides. */
  readonly factors: readonly string[];

  constructor(
    code: string,
    message: string,
    hint: string | null,
    faults: readonly InputFault[] = [],
    factors: readonly string[] = [],
  ) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.faults = faults;
    this.factors = factors;
  }
}

/** One fault of what was sent. */
export interface InputFault {
  readonly path: string;
  readonly message: string;
  readonly hint?: string | null;
  readonly line?: number | null;
  readonly column?: number | null;
  readonly code?: string;
}

let csrf = '';
let onSignedOut: () => void = () => {};

/** Takes the session's token over for the writes to come. */
export function takeCsrf(token: string | null): void {
  csrf = token ?? '';
}

/** Says who is told when the session has ended. */
export function whenSignedOut(listener: () => void): void {
  onSignedOut = listener;
}

/** Calls a route. Throws ApiFault; an abort passes as it is. */
export function call<N extends Called>(name: N, sent: Sent<N> = {}, signal?: AbortSignal): Promise<Answer<N>> {
  const [method, path] = PATHS[name];
  return callPath(method, filled(path, sent.params) + queryText(sent.query), sent.body, signal);
}

/** Posted, but nothing is done: their answers need not be kept to be said again. */
const QUESTIONS = /^\/(?:auth\/|rules\/try|settings\/(?:check|test)|explain|indicators\/lookup)/;

/** Calls a path below /api/v1; `call` is better where the route is known. */
export async function callPath<T>(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { accept: 'application/json' };
  const init: RequestInit = { method, headers, ...(signal === undefined ? {} : { signal }) };
  if (method !== 'GET') {
    headers['x-bekci-csrf'] = csrf;
    headers['content-type'] = 'application/json';
    if (!QUESTIONS.test(path)) headers['idempotency-key'] = randomKey();
    if (body !== undefined) init.body = JSON.stringify(body);
  }
  const response = await send(`/api/v1${path}`, init);
  if (response.ok) return (await response.json()) as T;
  const fault = await faultOf(response);
  if (fault.code === 'API_SIGN_IN') onSignedOut();
  throw fault;
}

/** Any error as a fault. */
export function toFault(error: unknown): ApiFault {
  return error instanceof ApiFault ? error : new ApiFault('PAGE', String(error), null);
}

/** Reads a stream of JSON lines; with a body it is asked for by POST. Throws ApiFault; an abort passes as it is. */
export async function streamLines<T>(
  path: string,
  sent: { readonly query?: unknown; readonly body?: unknown },
  signal: AbortSignal,
  each: (record: T) => void,
): Promise<void> {
  const init: RequestInit = { signal };
  if (sent.body !== undefined) {
    init.method = 'POST';
    init.headers = { 'x-bekci-csrf': csrf, 'content-type': 'application/json' };
    init.body = JSON.stringify(sent.body);
  }
  const response = await send(`/api/v1${path}${queryText(sent.query)}`, init);
  if (!response.ok || response.body === null) {
    const fault = await faultOf(response);
    if (fault.code === 'API_SIGN_IN') onSignedOut();
    throw fault;
  }
  let rest = '';
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) break;
      const lines = (rest + value).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') each(JSON.parse(line) as T);
    }
  } catch (error) {
    if (signal.aborted || error instanceof SyntaxError) throw error;
    throw new ApiFault('OFFLINE', '', null);
  }
}

/** Answers under way that nobody waits for yet, by address. */
const early = new Map<string, Promise<Response | null>>();

/** Asks before anything is drawn; the first call for the same takes the answer over. What fails is asked for again. */
export function askEarly<N extends Called>(name: N, query?: Sent<N>['query']): void {
  const url = `/api/v1${PATHS[name][1]}${queryText(query)}`;
  const headers = { accept: 'application/json' };
  early.set(
    url,
    fetch(url, { headers }).then(
      (response) => (response.ok ? response : null),
      () => null,
    ),
  );
}

async function send(url: string, init: RequestInit): Promise<Response> {
  const asked = early.get(url);
  early.delete(url);
  try {
    return (await asked) ?? (await fetch(url, init));
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ApiFault('OFFLINE', '', null);
  }
}

async function faultOf(response: Response): Promise<ApiFault> {
  const problem: unknown = await response.json().catch(() => null);
  const text = (key: string): string | null => {
    const value = typeof problem === 'object' && problem !== null ? (problem as Record<string, unknown>)[key] : null;
    return typeof value === 'string' ? value : null;
  };
  // A gateway before a daemon that is gone says 502 to 504 in a page of its own.
  if (text('code') === null && response.status >= 502) return new ApiFault('OFFLINE', '', null);
  const { errors = [], factors = [] } = (problem ?? {}) as {
    errors?: readonly InputFault[];
    factors?: readonly string[];
  };
  return new ApiFault(
    text('code') ?? `HTTP_${response.status}`,
    text('detail') ?? text('title') ?? '',
    text('hint'),
    errors,
    factors,
  );
}

function filled(path: string, params: unknown): string {
  const values = (params ?? {}) as Record<string, unknown>;
  return path.replace(/\{(\w+)\}/g, (_, key: string) => encodeURIComponent(String(values[key] ?? '')));
}

function queryText(query: unknown): string {
  const pairs = Object.entries((query ?? {}) as Record<string, unknown>)
    .filter(([, value]) => value !== undefined && value !== null && value !== '')
    .map(([key, value]) => [key, String(value)]);
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

/** crypto.randomUUID is missing on plain http to another host. */
function randomKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
