/**
 * Brings decisions into force and keeps them there: applies what is pending, proves it, repairs what was wiped, lifts what
 * ended. Calls to one responder never overlap.
 */
import { AppError } from '../kit/errors.ts';
import type { Log } from '../kit/log.ts';
import type { ApplyResult, Ban, Responder } from '../responders/responder.ts';
import type { DecisionRecord, Store } from '../store/store.ts';

/** Most bans handed to a responder in one call, unless it names another number. */
const BATCH = 1000;
const CALL_TIMEOUT_MS = 30_000;
const RETRY_SOON_MS = 2_000;
const RETRY_MAX_MS = 300_000;

/** What the enforcer is made of. */
export interface EnforcerParts {
  readonly responders: readonly Responder[];
  readonly store: Store;
  readonly log: Log;
  readonly now: () => number;
  /** A ban of this address or network was proved by all responders. */
  onApplied?(ip: string): void;
}

/** What is wrong with a responder, for status and alerts. */
export interface EnforcerProblem {
  readonly responder: string;
  readonly message: string;
  readonly since: number;
}

/** The enforcing end of the engine. */
export interface Enforcer {
  /** Starts applying; returns at once. */
  apply(decisions: readonly DecisionRecord[]): void;
  /** Starts lifting; returns at once. */
  revoke(ips: readonly string[]): void;
  /** Compares the responders with the active decisions and mends both ways. */
  reconcile(active: readonly DecisionRecord[]): Promise<void>;
  flush(): Promise<void>;
  /** Waits until nothing is under way or the deadline passed. */
  settle(deadlineMs: number): Promise<void>;
  /** Packets of a ban that were dropped so far, by the responder that counts most; null when nobody counts. */
  droppedOf(ip: string, signal: AbortSignal): Promise<number | null>;
  problems(): readonly EnforcerProblem[];
  /** Lets each responder that can prove that it would take a ban; what went wrong, or null. Never overlaps with other calls. */
  prove(signal: AbortSignal): Promise<string | null>;
  /** Responder id to its figures as of the last reconciling. */
  stats(): Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Drift mended since start, for metrics. */
  readonly mended: { applied: number; revoked: number };
  close(): Promise<void>;
}

interface Lane {
  readonly responder: Responder;
  readonly toApply: Map<string, Ban>;
  readonly toRevoke: Set<string>;
  /** Decisions this responder has proved to hold. */
  confirmed: Set<string>;
  running: Promise<void> | null;
  failures: number;
  problem: EnforcerProblem | null;
  timer: NodeJS.Timeout | null;
}

/** One comparison under way: what is decided meanwhile is newer than its list of active decisions, and not judged by it. */
interface Round {
  readonly active: readonly DecisionRecord[];
  readonly changed: Set<string>;
  isOver: boolean;
}

/** Creates the enforcer; nothing happens before the first call. */
export function createEnforcer(parts: EnforcerParts): Enforcer {
  const { store, log, now } = parts;
  const lanes: Lane[] = parts.responders.map((responder) => ({
    responder,
    toApply: new Map(),
    toRevoke: new Set(),
    confirmed: new Set(),
    running: null,
    failures: 0,
    problem: null,
    timer: null,
  }));
  /** Decisions the store already calls applied: a restore of many need not write them all again. */
  const stored = new Set<string>();
  const mended = { applied: 0, revoked: 0 };
  const rounds = new Set<Round>();
  let closed = false;
  let counting = false;

  function wake(lane: Lane): void {
    if (closed || lane.running !== null || lane.timer !== null) return;
    if (lane.toApply.size === 0 && lane.toRevoke.size === 0) return;
    lane.running = drain(lane).finally(() => {
      lane.running = null;
      wake(lane);
    });
  }

  async function drain(lane: Lane): Promise<void> {
    try {
      if (lane.toRevoke.size > 0) await revokeSome(lane);
      if (lane.toApply.size > 0) await applySome(lane);
    } catch (error) {
      later(lane, error);
    }
  }

  async function revokeSome(lane: Lane): Promise<void> {
    const ips = [...lane.toRevoke].slice(0, lane.responder.batch ?? BATCH);
    const results = await lane.responder.revoke(ips, AbortSignal.timeout(CALL_TIMEOUT_MS));
    for (const result of results) {
      if (result.ok || result.error.retry === 'no') lane.toRevoke.delete(result.ip);
    }
    for (const ip of ips) if (!results.some((result) => result.ip === ip)) lane.toRevoke.delete(ip);
    const failed = results.find((result) => !result.ok);
    if (failed !== undefined && !failed.ok && failed.error.retry !== 'no') throw failed.error;
  }

  async function applySome(lane: Lane): Promise<void> {
    const bans: Ban[] = [];
    const most = lane.responder.batch ?? BATCH;
    for (const ban of lane.toApply.values()) {
      if (ban.expiresAt <= now()) {
        lane.toApply.delete(ban.ip);
        stored.delete(ban.decision);
      } else if (bans.push(ban) === most) break;
    }
    if (bans.length === 0) return;
    const results = await lane.responder.apply(bans, AbortSignal.timeout(CALL_TIMEOUT_MS));
    const byIp = new Map(results.map((result) => [result.ip, result]));
    const changes: { id: string; state: 'applied' | 'failed' | 'pending'; error: string | null }[] = [];
    let again: AppError | null = null;
    for (const ban of bans) {
      const result: ApplyResult = byIp.get(ban.ip) ?? { ip: ban.ip, ok: false, error: silent(ban.ip) };
      if (lane.toApply.get(ban.ip) === ban && (result.ok || result.error.retry === 'no')) lane.toApply.delete(ban.ip);
      if (!result.ok && result.error.retry !== 'no') again = result.error;
      const change = outcome(lane, ban, result);
      if (!stored.delete(ban.decision) || change.state !== 'applied') changes.push({ id: ban.decision, ...change });
    }
    if (changes.length > 0) store.setDecisionState(changes);
    const proved = new Set(changes.flatMap((each) => (each.state === 'applied' ? [each.id] : [])));
    for (const ban of bans) if (proved.has(ban.decision)) parts.onApplied?.(ban.ip);
    if (again !== null) throw again;
    lane.failures = 0;
    lane.problem = null;
  }

  /** A decision is applied when the last of its responders has confirmed it. */
  function outcome(
    lane: Lane,
    ban: Ban,
    result: ApplyResult,
  ): { state: 'applied' | 'failed' | 'pending'; error: string | null } {
    if (!result.ok) {
      log('error', 'ban not in force', { ip: ban.ip, error: result.error.message, hint: result.error.hint });
      return { state: result.error.retry === 'no' ? 'failed' : 'pending', error: result.error.message };
    }
    lane.confirmed.add(ban.decision);
    if (!lanes.every((each) => each.confirmed.has(ban.decision))) return { state: 'pending', error: null };
    return { state: 'applied', error: null };
  }

  function later(lane: Lane, error: unknown): void {
    lane.failures++;
    const said = error instanceof Error ? error.message : String(error);
    const message = error instanceof AppError && error.hint !== null ? `${said}; ${error.hint}` : said;
    lane.problem = { responder: lane.responder.id, message, since: lane.problem?.since ?? now() };
    const retry = error instanceof AppError ? error.retry : 'soon';
    const wait =
      typeof retry === 'object'
        ? retry.afterMs
        : Math.min(RETRY_MAX_MS, RETRY_SOON_MS * 2 ** Math.min(lane.failures - 1, 8));
    log('error', 'responder failed, trying again', { responder: lane.responder.id, error: message, inMs: wait });
    lane.timer = setTimeout(() => {
      lane.timer = null;
      wake(lane);
    }, wait);
    // What comes after a start that failed: it must not keep the process alive.
    lane.timer.unref();
  }

  async function reconcileLane(lane: Lane, round: Round): Promise<void> {
    const { active, changed } = round;
    if (lane.running !== null) await lane.running;
    const present = await lane.responder.list(AbortSignal.timeout(CALL_TIMEOUT_MS));
    if (present === null || round.isOver) return;
    const there = new Set<string>();
    for (const { ip } of present) there.add(ip);
    const wanted = new Map<string, DecisionRecord>();
    const at = now();
    for (const decision of active) if (decision.expiresAt > at) wanted.set(decision.ip, decision);
    if (lane.confirmed.size > 0) keepOnly(lane.confirmed, active);
    const proved: Ban[] = [];
    for (const decision of wanted.values()) {
      if (lane.toApply.has(decision.ip) || changed.has(decision.ip)) continue;
      if (there.has(decision.ip)) {
        // In force, but whoever put it there ended before saying so.
        if (decision.state !== 'applied' && !lane.confirmed.has(decision.id)) proved.push(toBan(decision));
        continue;
      }
      if (decision.state === 'applied' || lane.confirmed.delete(decision.id)) {
        mended.applied++;
        stored.add(decision.id);
      }
      lane.toApply.set(decision.ip, toBan(decision));
    }
    for (const ip of there) {
      if (wanted.has(ip) || changed.has(ip)) continue;
      mended.revoked++;
      lane.toRevoke.add(ip);
    }
    const changes = proved.map((ban) => ({ id: ban.decision, ...outcome(lane, ban, { ip: ban.ip, ok: true }) }));
    if (changes.length > 0) store.setDecisionState(changes);
    wake(lane);
  }

  /** In turn with the lane's other work; null when it was closed or given up meanwhile. */
  async function inTurn<T>(lane: Lane, signal: AbortSignal, work: () => Promise<T>): Promise<T | null> {
    while (lane.running !== null && !signal.aborted) await lane.running;
    if (signal.aborted || closed) return null;
    const done = work();
    lane.running = done.then(
      () => {},
      () => {},
    );
    try {
      return await done;
    } finally {
      lane.running = null;
      wake(lane);
    }
  }

  async function proveLane(lane: Lane, signal: AbortSignal): Promise<string | null> {
    const { responder } = lane;
    const fault = await inTurn(lane, signal, async () => responder.prove?.(signal) ?? null).catch((error) => error);
    return fault === null ? null : `${responder.id}: ${fault instanceof Error ? fault.message : String(fault)}`;
  }

  /** Bans of these addresses change now. */
  function note(ips: Iterable<string>): void {
    for (const round of rounds) for (const ip of ips) round.changed.add(ip);
  }

  return {
    mended,
    async droppedOf(ip, signal) {
      // One question at a time: whoever asks again and again must not stand in the way of bans.
      if (counting) return null;
      counting = true;
      const counts = await Promise.all(
        lanes.map((lane) =>
          inTurn(lane, signal, async () => lane.responder.droppedOf?.(ip, signal) ?? null).catch(() => null),
        ),
      ).finally(() => {
        counting = false;
      });
      const known = counts.filter((each) => each !== null);
      return known.length === 0 ? null : Math.max(...known);
    },
    async prove(signal) {
      const faults = await Promise.all(lanes.map((lane) => proveLane(lane, signal)));
      return faults.find((each) => each !== null) ?? null;
    },
    apply(decisions) {
      note(decisions.map((each) => each.ip));
      for (const decision of decisions) {
        for (const lane of lanes) {
          lane.toRevoke.delete(decision.ip);
          lane.toApply.set(decision.ip, toBan(decision));
        }
      }
      lanes.forEach(wake);
    },
    revoke(ips) {
      note(ips);
      for (const lane of lanes) {
        for (const ip of ips) {
          lane.toApply.delete(ip);
          lane.toRevoke.add(ip);
        }
      }
      lanes.forEach(wake);
    },
    async reconcile(active) {
      const round: Round = { active, changed: new Set(), isOver: false };
      rounds.add(round);
      for (const lane of lanes) {
        await reconcileLane(lane, round).catch((error: unknown) => {
          if (lane.timer === null) later(lane, error);
        });
      }
      rounds.delete(round);
    },
    async flush() {
      for (const round of rounds) round.isOver = true;
      for (const lane of lanes) {
        lane.toApply.clear();
        lane.toRevoke.clear();
        if (lane.running !== null) await lane.running;
        // One firewall that fails does not keep the others shut; reconciling lifts what is left in it.
        await lane.responder.flush(AbortSignal.timeout(CALL_TIMEOUT_MS)).catch((error: unknown) => {
          if (lane.timer === null) later(lane, error);
        });
      }
      for (const lane of lanes) lane.confirmed.clear();
      stored.clear();
    },
    async settle(deadlineMs) {
      const end = Date.now() + deadlineMs;
      while (lanes.some((lane) => lane.running !== null) && Date.now() < end) {
        const running = lanes.flatMap((lane) => (lane.running === null ? [] : [lane.running]));
        await Promise.race([
          Promise.all(running),
          new Promise((resolve) => setTimeout(resolve, end - Date.now()).unref()),
        ]);
      }
    },
    stats: () => Object.fromEntries(lanes.map((lane) => [lane.responder.id, lane.responder.stats?.() ?? {}])),
    problems: () => lanes.flatMap((lane) => (lane.problem === null ? [] : [lane.problem])),
    async close() {
      closed = true;
      for (const lane of lanes) {
        if (lane.timer !== null) clearTimeout(lane.timer);
        await lane.responder.close();
      }
    },
  };
}

/** Drops ids of decisions that are active no more. */
function keepOnly(ids: Set<string>, active: readonly DecisionRecord[]): void {
  const known = new Set<string>();
  for (const { id } of active) known.add(id);
  for (const id of ids) if (!known.has(id)) ids.delete(id);
}

function toBan(decision: DecisionRecord): Ban {
  return { decision: decision.id, ip: decision.ip, expiresAt: decision.expiresAt, reason: decision.reason };
}

function silent(ip: string): AppError {
  return new AppError('RESPONDER_SILENT', { message: `the responder said nothing about ${ip}`, retry: 'soon' });
}
