/** The engine: pulls batches from the sources, walks them down the spine, commits, and hands what was decided to both ends. */
import type { Detector } from '../detectors/detector.ts';
import type { Log } from '../kit/log.ts';
import type { StateEntry, Stateful } from '../kit/state.ts';
import type { Refusal } from '../model/decision.ts';
import type { Detection, StoredDetection } from '../model/detection.ts';
import type { Checkpoint, LineBatch, SourceRef } from '../model/line.ts';
import { type Source, sourceOfStream } from '../sources/source.ts';
import type { DecisionRecord, QueuedAlert } from '../store/store.ts';
import type { AlertOutbox } from './alert-outbox.ts';
import { type Canary, createCanaryWalk } from './canary-walk.ts';
import { createDecoderShelf, type SourceDecoder } from './decoder-shelf.ts';
import { detectionId } from './detection-id.ts';
import { type Door, type DoorAnswer, flattenAnswer } from './door.ts';
import type { Enforcer } from './enforcer.ts';
import { createEvidence } from './evidence.ts';
import type { PatientStore } from './patient-store.ts';
import { type ShareWindow, slide } from './share-window.ts';
import { createSpine, type Spine } from './spine.ts';

/** Longest time that offsets and windows wait for the disk while nothing was detected. */
const COMMIT_EVERY_MS = 500;
/** After a commit the next one waits so many times as long as it took, but never longer than this. */
const COMMIT_PAUSES = 4;
const MAX_COMMIT_PAUSE_MS = 200;
const EXPIRE_EVERY_MS = 250;
const RECONCILE_EVERY_MS = 5_000;
const PRUNE_EVERY_MS = 3_600_000;
const COMMIT_RETRY_MS = 1_000;
/** Longest stretch of reading without a pause. */
const BREATH_MS = 10;
/** First and longest wait before a source that broke is read again. */
const RESTART_MS = 500;
const RESTART_MAX_MS = 60_000;
/** The clock and the steady clock may part by this much in a second. */
const JUMP_MS = 5_000;

/** Groups what was found into messages. */
export interface Grouping extends Stateful {
  /** A detection with what was done about it. */
  add(detection: StoredDetection, decision: DecisionRecord | null, refusal: Refusal | null): void;
  /** Messages that are due by now, one entry a notifier. */
  due(now: number): readonly QueuedAlert[];
}

/** What the engine is made of. */
export interface EngineParts {
  readonly sources: readonly Source[];
  decoderOf(source: SourceRef): SourceDecoder;
  readonly detector: Detector;
  readonly door: Door;
  readonly grouping: Grouping;
  readonly store: PatientStore;
  readonly enforcer: Enforcer;
  readonly outbox: AlertOutbox;
  /** Proves the chain whole; without it nothing does. */
  readonly canary?: Canary;
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds that only ever rise, whatever is done to the clock. */
  readonly steady: () => number;
  /** Detections and ended decisions older than this are deleted. */
  readonly keepMs: number;
  onDetection?(detection: StoredDetection, decision: DecisionRecord | null, refusal: Refusal | null): void;
}

/** Per-source totals. */
export interface SourceTotals {
  lines: number;
  decoded: number;
  /** Decoded lines whose message a decoder knew. */
  told: number;
  lastEventAt: number | null;
  /** Lines and decoded lines of the last five to ten minutes: what share of them is understood now. */
  readonly window: ShareWindow;
  /** Newest event's time minus the time it was read; meaningful only when the source is caught up. */
  skewMs: number | null;
}

/** A runnable engine. */
export interface Engine {
  /** Restores what was remembered, repairs the firewall, then reads until the signal aborts. */
  run(signal: AbortSignal): Promise<void>;
  readonly spine: Spine;
  totalsOf(source: string): SourceTotals;
  /** The newest detections of this run, newest first. */
  readonly recent: readonly StoredDetection[];
  /** Why the store refuses to write, while it does. */
  storeProblem(): string | null;
  /** Lines of a source counted over all runs. */
  linesEver(source: string): number;
  /** Source id to why it broke, until it yields lines again. */
  stoppedSources(): ReadonlyMap<string, string>;
  /** How often the machine's clock was set forward or back. */
  readonly clockJumps: number;
  /** Reads one more source from now on, where it stood or else from where it begins. */
  add(source: Source): void;
  /** Writes pending work now, e.g. after a manual ban. */
  commitNow(): void;
}

const RECENT = 50;

/** Joins the parts. */
export function createEngine(parts: EngineParts): Engine {
  const { store, door, enforcer, outbox, log, now, steady } = parts;
  const sourceById = new Map(parts.sources.map((source) => [source.ref.id, source]));
  const evidence = createEvidence((id) => sourceById.get(id) ?? sourceById.get(sourceOfStream(id)));
  const totals = new Map<string, SourceTotals>();
  const decoders = createDecoderShelf(parts.decoderOf, store, remember);
  const recent: StoredDetection[] = [];

  const pending = {
    detections: [] as StoredDetection[],
    decisions: [] as DecisionRecord[],
    refusals: [] as Refusal[],
    alerts: [] as QueuedAlert[],
    checkpoints: new Map<string, Checkpoint>(),
    state: new Map<string, StateEntry[]>(),
  };
  let lastCommit = Number.NEGATIVE_INFINITY;
  let commitPause = 0;
  let soon: NodeJS.Timeout | null = null;
  let problem: string | null = null;
  let committing: Promise<void> | null = null;
  const stopped = new Map<string, string>();
  const lastTaken = new Map<string, Checkpoint>();
  /** Source id to lines counted over all runs, kept in the same transaction as the offsets: proof that none counts twice. */
  const ever = new Map<string, number>();

  const spine = createSpine({
    decoderOf: decoders.of,
    detector: parts.detector,
    onEvent(event) {
      const late = door.notice(event);
      if (late !== null) settleAnswer(late.detection, late.answer);
    },
    onDetections,
    onFault: (error, text) =>
      log('error', 'a line was skipped because of a fault in bekci', {
        error: error instanceof Error ? (error.stack ?? error.message) : String(error),
        text: text.slice(0, 200),
      }),
  });

  function settleAnswer(stored: StoredDetection, answer: DoorAnswer | null) {
    const { decisions, refusals } = flattenAnswer(answer);
    pending.decisions.push(...decisions);
    pending.refusals.push(...refusals);
    const decision = decisions[0] ?? null;
    const refusal = decision === null ? (refusals[0] ?? null) : null;
    parts.grouping.add(stored, decision, refusal);
    return { decision, refusal };
  }

  const canary = createCanaryWalk(parts.canary, () => spine, door);

  function onDetections(found: readonly Detection[], batch: LineBatch): void {
    for (const detection of found) {
      if (canary.takes(detection, batch)) {
        spine.totals.detections--;
        continue;
      }
      keep(detection);
    }
  }

  function keep(detection: Detection): void {
    const stored: StoredDetection = {
      ...detection,
      id: detectionId(detection),
      lines: evidence.textsOf(detection.evidence),
    };
    pending.detections.push(stored);
    const { decision, refusal } = settleAnswer(stored, door.consider(stored));
    recent.unshift(stored);
    if (recent.length > RECENT) recent.pop();
    parts.onDetection?.(stored, decision, refusal);
  }

  /** What threads of the detectors found since. */
  function takeLate(): void {
    const found: Detection[] = [];
    parts.detector.late?.(found);
    spine.totals.detections += found.length;
    for (const detection of found) keep(detection);
  }

  function takeBatch(source: Source, batch: LineBatch): void {
    const mine = totalsOf(source.ref.id);
    const decodedBefore = spine.totals.decoded;
    const toldBefore = spine.totals.told;
    if (canary.owns(batch)) {
      canary.walk(batch);
      pending.checkpoints.set(source.ref.id, batch.checkpoint);
      lastTaken.set(source.ref.id, batch.checkpoint);
      return;
    }
    evidence.remember(batch);
    spine.processBatch(batch);
    mine.lines += batch.texts.length;
    const decoded = spine.totals.decoded - decodedBefore;
    mine.decoded += decoded;
    mine.told += spine.totals.told - toldBefore;
    slide(mine.window, steady());
    mine.window.lines += batch.texts.length + (batch.passed ?? 0);
    mine.window.decoded += decoded;
    if (decoded > 0) {
      mine.lastEventAt = spine.totals.lastEventAt;
      mine.skewMs = source.health().lag === 0 ? spine.totals.lastEventAt - now() : null;
    }
    pending.checkpoints.set(source.ref.id, batch.checkpoint);
    lastTaken.set(source.ref.id, batch.checkpoint);
    ever.set(source.ref.id, (ever.get(source.ref.id) ?? 0) + batch.texts.length + (batch.passed ?? 0));
  }

  function isUrgent(): boolean {
    return pending.detections.length > 0 || pending.decisions.length > 0 || pending.alerts.length > 0 || canary.waits;
  }

  /** One transaction for everything since the last one; only then do the two ends hear of it. */
  function commit(): void {
    const began = steady();
    decoders.drainDirty();
    remember(parts.detector.name, parts.detector.drainDirty());
    pending.alerts.push(...parts.grouping.due(now()));
    remember(parts.grouping.name, parts.grouping.drainDirty());
    if (!isUrgent() && pending.checkpoints.size === 0 && pending.state.size === 0) {
      lastCommit = steady();
      problem = null;
      return;
    }
    for (const id of pending.checkpoints.keys())
      pending.state.set(`lines:${id}`, [{ key: 'ever', value: String(ever.get(id) ?? 0) }]);
    store.commit(pending);
    lastCommit = steady();
    commitPause = Math.min(MAX_COMMIT_PAUSE_MS, COMMIT_PAUSES * (lastCommit - began));
    if (problem !== null) log('info', 'the store writes again');
    problem = null;
    canary.committed();
    const enforce = pending.decisions.filter((decision) => decision.state === 'pending');
    const tell = pending.alerts.length > 0;
    pending.detections = [];
    pending.decisions = [];
    pending.refusals = [];
    pending.alerts = [];
    const stored = pending.checkpoints;
    pending.checkpoints = new Map();
    pending.state = new Map();
    for (const [id, checkpoint] of stored) sourceById.get(id)?.committed?.(checkpoint);
    if (enforce.length > 0) enforcer.apply(enforce);
    if (tell) void outbox.drain();
  }

  function remember(owner: string, entries: readonly StateEntry[]): void {
    if (entries.length === 0) return;
    const known = pending.state.get(owner);
    if (known === undefined) pending.state.set(owner, [...entries]);
    else for (const entry of entries) known.push(entry);
  }

  /** Commits, waiting and trying again while the disk is full or locked: the sources wait meanwhile and lose nothing. */
  function commitSurely(signal: AbortSignal): Promise<void> {
    committing ??= commitUntilDone(signal).finally(() => {
      committing = null;
    });
    return committing;
  }

  async function commitUntilDone(signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        commit();
        return;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (problem === null) log('error', 'the store does not write; reading waits', { error: message });
        problem = message;
        if (signal.aborted) return;
        await sleep(COMMIT_RETRY_MS, signal);
      }
    }
  }

  /** Everything urgent at once, but commits take a fifth of the time at most: each writes the windows again that changed. */
  function mustCommit(): boolean {
    const since = steady() - lastCommit;
    return problem !== null || since >= COMMIT_EVERY_MS || (isUrgent() && since >= commitPause);
  }

  /** What is urgent and had to wait is committed when its time has come, also when nothing more is read. */
  function commitSoon(signal: AbortSignal): void {
    if (soon !== null) return;
    soon = setTimeout(
      () => {
        soon = null;
        if (!signal.aborted) void commitSurely(signal);
      },
      Math.max(0, lastCommit + commitPause - steady()),
    );
  }

  let breathedAt = steady();

  /** A long backlog must not keep the firewall, the API and other sources waiting: reading alone is one unbroken chain of promises. */
  async function breathe(): Promise<void> {
    if (steady() - breathedAt < BREATH_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    breathedAt = steady();
  }

  async function readSource(source: Source, resume: Checkpoint | null, signal: AbortSignal): Promise<void> {
    for await (const batch of source.read(resume, signal)) {
      takeBatch(source, batch);
      stopped.delete(source.ref.id);
      // A commit that another source began may not hold this batch: look again when it is over.
      while (mustCommit() && !signal.aborted) await commitSurely(signal);
      if (isUrgent()) commitSoon(signal);
      await breathe();
    }
  }

  /** A source that breaks is read again from where it stood: nobody must find out weeks later. */
  async function keepReading(source: Source, resume: Checkpoint | null, signal: AbortSignal): Promise<void> {
    const { id } = source.ref;
    for (let wait = RESTART_MS; !signal.aborted; wait = Math.min(wait * 2, RESTART_MAX_MS)) {
      try {
        await readSource(source, lastTaken.get(id) ?? resume, signal);
        if (signal.aborted) return;
        stopped.set(id, 'it ended by itself');
      } catch (error) {
        stopped.set(id, error instanceof Error ? error.message : String(error));
      }
      log('error', 'a source stopped; it is started again', { source: id, error: stopped.get(id), inMs: wait });
      await sleep(wait, signal);
    }
  }

  function expire(): void {
    const ended = door.expire(now());
    if (ended.length === 0) return;
    // What was observed stays so: the list of whom a rule would have banned outlives the bans it did not make.
    const lifted = ended.filter((decision) => decision.state !== 'observed');
    if (lifted.length === 0) return;
    store.setDecisionState(lifted.map((decision) => ({ id: decision.id, state: 'expired', error: null })));
    enforcer.revoke(lifted.map((decision) => decision.ip));
  }

  /** Reads one more; set while it runs. */
  let begin: ((source: Source) => void) | null = null;

  const clock = { offset: now() - steady(), jumps: 0 };

  /** A machine that slept jumps too: its steady clock stood still. */
  function watchClock(): void {
    const offset = now() - steady();
    const moved = offset - clock.offset;
    clock.offset = offset;
    if (Math.abs(moved) < JUMP_MS) return;
    clock.jumps++;
    log('warn', 'the clock of this machine jumped', { seconds: Math.round(moved / 1000) });
  }

  function totalsOf(id: string): SourceTotals {
    let mine = totals.get(id);
    if (mine === undefined) {
      const window = { since: steady(), lines: 0, decoded: 0, lastLines: 0, lastDecoded: 0 };
      mine = { lines: 0, decoded: 0, told: 0, lastEventAt: null, skewMs: null, window };
      totals.set(id, mine);
    }
    return mine;
  }

  return {
    spine,
    recent,
    totalsOf,
    storeProblem: () => problem ?? store.writeProblem(),
    stoppedSources: () => stopped,
    linesEver: (id) => ever.get(id) ?? 0,
    get clockJumps() {
      return clock.jumps;
    },
    commitNow: commit,
    add(source) {
      sourceById.set(source.ref.id, source);
      begin?.(source);
    },
    async run(signal) {
      parts.detector.restore(store.state(parts.detector.name));
      parts.grouping.restore(store.state(parts.grouping.name));
      decoders.forgetStrangers();
      const resume = store.checkpoints();
      const reading: Promise<void>[] = [];
      begin = (source) => {
        const { id } = source.ref;
        for (const { value } of store.state(`lines:${id}`)) ever.set(id, Number(value));
        reading.push(keepReading(source, resume.get(id) ?? null, signal));
      };
      const enforced = (): DecisionRecord[] => door.active().filter((decision) => decision.state !== 'observed');
      const timers = [
        every(COMMIT_EVERY_MS, signal, () => {
          takeLate();
          return commitSurely(signal);
        }),
        every(EXPIRE_EVERY_MS, signal, expire),
        every(COMMIT_RETRY_MS, signal, () => store.flushWrites()),
        every(COMMIT_RETRY_MS, signal, watchClock),
        every(RECONCILE_EVERY_MS, signal, () => enforcer.reconcile(enforced())),
        every(COMMIT_EVERY_MS * 2, signal, () => outbox.drain()),
        every(PRUNE_EVERY_MS, signal, () => store.prune(now() - parts.keepMs)),
      ];
      // Reading does not wait for the firewall.
      void enforcer.reconcile(enforced());
      for (const source of sourceById.values()) begin(source);
      await aborted(signal);
      await Promise.all(reading);
      await Promise.all(timers);
      await commitSurely(signal);
      await enforcer.settle(5_000);
      store.flushWrites();
    },
  };

  /** Repeats work until the signal aborts; a failing round is logged and the next one comes all the same. */
  async function every(ms: number, signal: AbortSignal, work: () => unknown): Promise<void> {
    while (!signal.aborted) {
      await sleep(ms, signal);
      if (signal.aborted) return;
      try {
        await work();
      } catch (error) {
        log('error', 'upkeep failed', { error: error instanceof Error ? error.message : String(error) });
      }
    }
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
