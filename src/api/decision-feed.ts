/** Decisions for enforcers outside: everything in force, then what changed. */
import type { DecisionRecord } from '../store/store.ts';
import type { Given } from './contract.ts';
import { lastOfEach } from './live-events.ts';
import type { ApiParts } from './ports.ts';

const PIECE = 1000;
const MAX_CHANGES = 20_000;
const LOOK_EVERY_MS = 500;
/** Long waits at once; more are answered at once. */
const MAX_WAITING = 256;

let waiting = 0;

type Parts = Pick<ApiParts, 'api' | 'now'>;

/** True while an enforcer outside should hold it. */
export function isInForce(decision: DecisionRecord, now: number): boolean {
  return decision.expiresAt > now && ['pending', 'applied', 'failed'].includes(decision.state);
}

/** Everything in force, in pieces; the event loop is given back between two. */
export async function* allInForce({ api, now }: Parts): AsyncGenerator<DecisionRecord[]> {
  let cursor: string | undefined;
  do {
    const page = api.decisions({ state: 'active', now: now() }, { cursor, limit: PIECE });
    yield page.items.filter((each) => isInForce(each, now()));
    await new Promise((resolve) => setImmediate(resolve));
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
}

/** What changed after a number: new in force, and no longer so. Null when that is too long ago. */
export function changedSince(
  { api, now }: Parts,
  seq: number,
): { readonly added: DecisionRecord[]; readonly removed: DecisionRecord[]; readonly seq: number } | null {
  const { first, last } = api.changeRange();
  if (seq > last || seq < first - 1) return null;
  const changes = api.changesAfter(seq, MAX_CHANGES + 1);
  if (changes.length > MAX_CHANGES) return null;
  const touched = lastOfEach(changes.filter((each) => each.kind === 'decision')).flatMap(
    (each) => api.decision(each.ref) ?? [],
  );
  return {
    added: touched.filter((each) => isInForce(each, now())),
    removed: touched.filter((each) => !isInForce(each, now()) && each.state !== 'observed'),
    seq: changes.at(-1)?.seq ?? seq,
  };
}

/** Answers GET /decisions/stream, waiting for a change when asked to. */
export async function decisionsSince(
  parts: Parts,
  cursor: string | undefined,
  waitSeconds: number,
  signal: AbortSignal,
): Promise<Given<'decisionStream'>> {
  const from = cursor === undefined || !/^\d{1,15}$/.test(cursor) ? null : Number(cursor);
  if (from !== null && waitSeconds > 0 && waiting < MAX_WAITING) await change(parts, from, waitSeconds * 1000, signal);
  const changed = from === null ? null : changedSince(parts, from);
  if (changed !== null) {
    const removed = changed.removed.map(({ id, ip }) => ({ id, ip }));
    return { cursor: String(changed.seq), reset: false, added: changed.added, removed };
  }
  // The number first: what changes meanwhile is told again by the next call.
  const { last } = parts.api.changeRange();
  const added: DecisionRecord[] = [];
  for await (const piece of allInForce(parts)) added.push(...piece);
  return { cursor: String(last), reset: true, added, removed: [] };
}

async function change(parts: Parts, seq: number, ms: number, signal: AbortSignal): Promise<void> {
  const until = performance.now() + ms;
  waiting++;
  try {
    while (performance.now() < until && !signal.aborted && parts.api.changeRange().last <= seq)
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  } finally {
    waiting--;
  }
}
