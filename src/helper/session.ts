/** One conversation with the helper: gathers what is asked, acts on the table at `commit`, answers in lines. Knows no socket. */
import type { Network } from '../kit/cidr.ts';
import { AppError } from '../kit/errors.ts';
import type { Conntrack } from '../responders/nftables/conntrack.ts';
import { type Answer, MAX_STAGED, parseRequest, type Request } from '../responders/nftables/protocol.ts';
import type { ApplyResult, Responder } from '../responders/responder.ts';
import { type Limits, refusalOf } from './limits.ts';

/** What a set's figure begins with, see `dropFigures`. */
const BY_SET = 'dropped_packets:';
/** Longer takes nothing the helper does. */
const ACT_MS = 25_000;

/** One conversation. */
export interface Session {
  /** Null when the line only added to what is gathered; else the answers. `over` ends the conversation: the other side is not bekci. */
  take(line: string): Promise<Reply> | null;
}

/** What is answered. */
export interface Reply {
  readonly answers: readonly Answer[];
  readonly over: boolean;
}

type Staged = Extract<Request, { readonly ip: string }>;
type Act = Exclude<Request, { readonly ip: string }>['verb'];

/** What a conversation needs. */
export interface SessionParts {
  readonly table: Responder;
  readonly conntrack: Conntrack;
  readonly limits: Limits;
  readonly now: () => number;
  /** Lets one act on the table at a time, of all conversations. */
  readonly inTurn: <T>(act: () => Promise<T>) => Promise<T>;
}

/** A new conversation. */
export function createSession(parts: SessionParts): Session {
  let staged: Staged[] = [];

  function take(line: string): Promise<Reply> | null {
    const request = parseRequest(line);
    if (request === null) return over('BAD_LINE', 'not a request');
    if (!('ip' in request)) return answer(request.verb, 'of' in request ? request.of : '');
    if (staged.length === MAX_STAGED) return over('TOO_MANY', `at most ${MAX_STAGED} before a commit`);
    if (staged.length > 0 && staged[0]!.verb !== request.verb)
      return over('MIXED', 'add, del and end need a commit between');
    staged.push(request);
    return null;
  }

  async function over(code: string, text: string): Promise<Reply> {
    staged = [];
    return { answers: [{ kind: 'error', code, text }], over: true };
  }

  async function answer(verb: Act, of: string): Promise<Reply> {
    if (verb !== 'commit' && staged.length > 0) return over('UNCOMMITTED', `${verb} in the middle of a change`);
    const mine = staged;
    staged = [];
    try {
      return {
        answers: await parts.inTurn(() => within(ACT_MS, (signal) => act(verb, mine, of, signal))),
        over: false,
      };
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'HELPER_FAULT';
      const text = error instanceof Error ? error.message : String(error);
      return { answers: [{ kind: 'error', code, text }], over: false };
    }
  }

  async function act(verb: Act, mine: readonly Staged[], of: string, signal: AbortSignal): Promise<Answer[]> {
    switch (verb) {
      case 'hello': {
        const error = await parts.table.check(signal);
        if (error !== null) throw error;
        return [{ kind: 'hello' }];
      }
      case 'commit':
        return commit(mine, signal);
      case 'list':
        return list(signal);
      case 'flush':
        await parts.table.flush(signal);
        return [{ kind: 'done', count: 0 }];
      case 'stats':
        return [...dropped(), { kind: 'done', count: 0 }];
      case 'count': {
        const packets = (await parts.table.droppedOf?.(of, signal)) ?? null;
        if (packets === null) return [{ kind: 'done', count: 0 }];
        return [
          { kind: 'counted', ip: of, packets },
          { kind: 'done', count: 1 },
        ];
      }
      case 'prove': {
        const error = (await parts.table.prove?.(signal)) ?? null;
        if (error !== null) throw error;
        return [{ kind: 'done', count: 0 }];
      }
    }
  }

  async function commit(mine: readonly Staged[], signal: AbortSignal): Promise<Answer[]> {
    if (mine[0]?.verb === 'end') return end(mine, signal);
    const not: Answer[] = [];
    const bans: { ip: string; seconds: number }[] = [];
    for (const request of mine) {
      // A deletion too: nft can only delete safely what it adds first. What was put there by hand goes with flush.
      const code = refusalOf(request.network, parts.limits);
      if (code !== null) not.push({ kind: 'not', ip: request.ip, code });
      else bans.push({ ip: request.ip, seconds: request.verb === 'add' ? request.seconds : 0 });
    }
    const results = mine[0]?.verb === 'del' ? await parts.table.revoke(ips(bans), signal) : await apply(bans, signal);
    for (const result of results) if (!result.ok) not.push({ kind: 'not', ip: result.ip, code: result.error.code });
    return [...not, { kind: 'done', count: mine.length - not.length }];
  }

  async function apply(
    bans: readonly { readonly ip: string; readonly seconds: number }[],
    signal: AbortSignal,
  ): Promise<ApplyResult[]> {
    const now = parts.now();
    return parts.table.apply(
      bans.map(({ ip, seconds }) => ({ decision: '', ip, expiresAt: now + seconds * 1000, reason: '' })),
      signal,
    );
  }

  async function list(signal: AbortSignal): Promise<Answer[]> {
    const held = (await parts.table.list(signal)) ?? [];
    const now = parts.now();
    const answers: Answer[] = held.map(({ ip, expiresAt }) => ({
      kind: 'held',
      ip,
      seconds: expiresAt === null ? null : Math.max(0, Math.round((expiresAt - now) / 1000)),
    }));
    answers.push(...dropped(), { kind: 'done', count: held.length });
    return answers;
  }

  function dropped(): Answer[] {
    const { dropped_packets = 0, dropped_bytes = 0, ...more } = parts.table.stats?.() ?? {};
    const bySet = Object.entries(more).flatMap(([name, packets]): Answer[] =>
      name.startsWith(BY_SET) ? [{ kind: 'by', set: name.slice(BY_SET.length), packets }] : [],
    );
    return [{ kind: 'dropped', packets: dropped_packets, bytes: dropped_bytes }, ...bySet];
  }

  /** Ends the live connections of addresses it would also shut out. */
  async function end(mine: readonly Staged[], signal: AbortSignal): Promise<Answer[]> {
    const not: Answer[] = [];
    const networks: Network[] = [];
    for (const { ip, network } of mine) {
      const code = refusalOf(network, parts.limits);
      if (code !== null) not.push({ kind: 'not', ip, code });
      else networks.push(network);
    }
    const fault = await parts.conntrack.end(networks, signal);
    if (fault !== null) throw fault;
    return [...not, { kind: 'done', count: networks.length }];
  }

  return { take };
}

/** Gives an act a time limit that leaves no timer behind. */
async function within<T>(ms: number, act: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), ms);
  try {
    return await act(limit.signal);
  } finally {
    clearTimeout(timer);
  }
}

function ips(bans: readonly { readonly ip: string }[]): string[] {
  return bans.map((each) => each.ip);
}
