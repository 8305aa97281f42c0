/**
 * What CrowdSec's bouncers ask of a local API, so that those of nginx, Traefik, HAProxy, WordPress or a firewall work against
 * bekci unchanged: GET /v1/decisions and /v1/decisions/stream with an `X-Api-Key`. Shape: CrowdSec's Swagger file, models
 * Decision and DecisionsStreamResponse.
 */
import { createHash } from 'node:crypto';
import { containsNetwork, parseNetwork } from '../kit/cidr.ts';
import type { DecisionRecord } from '../store/store.ts';
import type { Caller } from './auth/access.ts';
import { allInForce, changedSince } from './decision-feed.ts';
import { type Desk, identify } from './http/call.ts';
import type { Origin } from './http/guard.ts';
import type { ApiParts } from './ports.ts';

/** Decisions about one address are few. */
const MAX_ANSWERED = 1000;

/** Answers GET /v1/decisions: those that meet an address or network, `null` when there is none. */
export function bouncerDecisions(desk: Desk, request: Request, origin: Origin): Response {
  if (bouncerOf(desk, request, origin) === null) return forbidden();
  const query = new URL(request.url).searchParams;
  const ip = query.get('ip') ?? (query.get('scope')?.toLowerCase() === 'ip' ? query.get('value') : null);
  const range = query.get('range') ?? (query.get('scope')?.toLowerCase() === 'range' ? query.get('value') : null);
  const asked = ip ?? range;
  const wanted = asked === null ? null : parseNetwork(asked);
  if (asked !== null && wanted === null) return json({ message: `${asked} is no address or network` }, 400);
  const contains = query.get('contains') !== 'false';
  const now = desk.now();
  const { items } = desk.api.decisions(
    {
      state: 'active',
      now,
      accept: (text) => {
        const mine = parseNetwork(text);
        if (mine === null) return false;
        if (wanted === null) return true;
        return contains ? containsNetwork(mine, wanted) : containsNetwork(wanted, mine);
      },
    },
    { limit: MAX_ANSWERED },
  );
  const found = items.filter((each) => each.state !== 'observed' && wants(query, each));
  return json(found.length === 0 ? null : found.map((each) => toCrowdSec(each, now)));
}

/** Answers GET /v1/decisions/stream: everything at `startup=true`, afterwards what changed since this bouncer last asked. */
export function bouncerStream(desk: Desk, request: Request, origin: Origin): Response {
  const caller = bouncerOf(desk, request, origin);
  if (caller === null) return forbidden();
  const query = new URL(request.url).searchParams;
  const key = `${caller.user} ${caller.address}`;
  const seen = query.get('startup') === 'true' ? null : desk.api.pulled(key);
  const changed = seen === null ? null : changedSince(desk, seen);
  const now = desk.now();
  const list = (decisions: readonly DecisionRecord[]): string =>
    decisions
      .filter((each) => wants(query, each))
      .map((each) => JSON.stringify(toCrowdSec(each, now)))
      .join(',');
  if (changed !== null) {
    if (request.method === 'GET') desk.api.setPulled(key, changed.seq, now);
    return jsonText(`{"new":[${list(changed.added)}],"deleted":[${list(changed.removed)}]}`);
  }
  if (request.method === 'GET') desk.api.setPulled(key, desk.api.changeRange().last, now);
  return new Response(request.method === 'GET' ? everything(desk, list) : null, {
    headers: { 'content-type': 'application/json' },
  });
}

/** Answers POST /v1/usage-metrics: newer bouncers report figures; they are taken and forgotten. */
export async function bouncerMetrics(desk: Desk, request: Request, origin: Origin): Promise<Response> {
  if (bouncerOf(desk, request, origin) === null) return forbidden();
  await request.body?.cancel();
  return json({}, 201);
}

function bouncerOf(desk: Desk, request: Request, origin: Origin): Caller | null {
  const caller = identify(desk.access, request, origin);
  return caller?.scopes?.some((scope) => scope === 'bouncer' || scope === 'api') === true ? caller : null;
}

/** The filters that bouncers send. */
function wants(query: URLSearchParams, decision: DecisionRecord): boolean {
  const among = (name: string, value: string): boolean => {
    const asked = query.get(name);
    return asked === null || asked === '' || asked.toLowerCase().split(',').includes(value);
  };
  const reason = decision.reason.toLowerCase();
  const parts = (name: string): string[] =>
    (query.get(name) ?? '')
      .toLowerCase()
      .split(',')
      .filter((each) => each !== '');
  const [some, none] = [parts('scenarios_containing'), parts('scenarios_not_containing')];
  return (
    among('type', 'ban') &&
    among('scopes', scopeOf(decision).toLowerCase()) &&
    among('origins', originOf(decision)) &&
    (some.length === 0 || some.some((part) => reason.includes(part))) &&
    !none.some((part) => reason.includes(part))
  );
}

/** A decision in CrowdSec's words. */
export function toCrowdSec(decision: DecisionRecord, now: number): Readonly<Record<string, unknown>> {
  return {
    id: numberOf(decision.id),
    origin: originOf(decision),
    type: 'ban',
    scope: scopeOf(decision),
    value: decision.ip,
    duration: `${Math.round((decision.expiresAt - now) / 1000)}s`,
    scenario: decision.reason === '' ? 'by hand' : decision.reason,
  };
}

function scopeOf({ ip }: DecisionRecord): 'Ip' | 'Range' {
  return ip.includes('/') ? 'Range' : 'Ip';
}

function originOf({ origin }: DecisionRecord): string {
  return origin === 'rule' ? 'crowdsec' : origin === 'feed' ? 'lists' : 'cscli';
}

/** 48 bits of the id: bouncers want a whole number. */
function numberOf(id: string): number {
  return Number.parseInt(createHash('sha256').update(id).digest('hex').slice(0, 12), 16);
}

function everything(desk: Pick<ApiParts, 'api' | 'now'>, list: (some: DecisionRecord[]) => string): ReadableStream {
  const encoder = new TextEncoder();
  async function* texts(): AsyncGenerator<Uint8Array> {
    yield encoder.encode('{"new":[');
    let first = true;
    for await (const piece of allInForce(desk)) {
      const text = list(piece);
      if (text === '') continue;
      yield encoder.encode(first ? text : `,${text}`);
      first = false;
    }
    yield encoder.encode('],"deleted":[]}');
  }
  return ReadableStream.from(texts());
}

function forbidden(): Response {
  return json({ message: 'access forbidden' }, 403);
}

function json(body: unknown, status = 200): Response {
  return jsonText(JSON.stringify(body), status);
}

function jsonText(text: string, status = 200): Response {
  return new Response(text, { status, headers: { 'content-type': 'application/json', 'cache-control': 'no-store' } });
}
