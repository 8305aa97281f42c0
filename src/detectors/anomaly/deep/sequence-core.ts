/**
 * Learns in which order the messages of a session come, program by program with one network, and says at each event how surprising it is.
 * Lives in a thread of its own; nothing here waits or asks for the time.
 */
import { createRandom } from '../models/random.ts';
import { type SavedSequence, SequenceGru, type SessionState } from '../models/sequence-gru.ts';
import { ProgramSessions, type SavedProgram } from './program-sessions.ts';
import { UsualScores } from './usual-scores.ts';
import { type DeepState, EARLY, ENDED, ENDED_UNTAUGHT, LEFT, type OddSession } from './words.ts';

/** How it judges. */
export interface SequenceCoreOptions {
  /** Sessions of a program before it may be called unusual. */
  readonly learnSessions: number;
  /** Findings a day that the budget foresees. */
  readonly risk: number;
  readonly retrainMs: number;
}

interface SavedCore {
  readonly hours: number;
  readonly hour: number;
  readonly trainedTime: number;
  readonly model: SavedSequence | null;
  readonly programs: readonly (SavedProgram & { readonly inModel: boolean })[];
}

interface Sampled {
  readonly program: ProgramSessions;
  readonly symbols: readonly number[];
}

interface Live {
  readonly program: ProgramSessions;
  readonly symbols: number[];
  readonly model: SequenceGru | null;
  readonly state: SessionState | null;
  told: boolean;
  readonly isRest: boolean;
}

const HOUR = 3_600_000;
const MAX_PROGRAMS = 32;
const MAX_LIVE = 4096;
/** Templates the network knows; all others are one. */
const MAX_TEMPLATES = 160;
const RARE = 0x7e57_ab1e;
/** A template must be in so many sessions to be known. */
const LEAST_SESSIONS = 2;
/** Sessions of a program that make it worth training on. */
const WORTH = 30;
/** Event steps of one training, and events of one epoch: what bounds its time. */
const STEPS = 1_000_000;
const EPOCH_EVENTS = 30_000;
/** Steps of the optimiser that even a small sample gets, and different sessions in one. */
const LEAST_UPDATES = 2000;
const BATCH = 8;
const HIDDEN = 32;
/** Networks; each is trained without one part of the sessions, which it then scores as sessions never seen. */
const MEMBERS = 3;
/** What has a chance of more than one in a hundred is nothing to tell of, however rare such sessions are. */
const LEAST_SURPRISE = 4.6;

/** Hash under which a program's name stands before its sessions. */
function beginningOf(program: number): number {
  return Math.imul(program, 0x2545_f491) ^ 0x0be6_1a5e;
}

/** Learns sessions. */
export class SequenceCore {
  private readonly options: SequenceCoreOptions;
  private readonly programs = new Map<number, ProgramSessions>();
  private readonly live = new Map<number, Live>();
  private readonly random = createRandom(77);
  private model: SequenceGru | null = null;
  private hours = 0;
  private hour = 0;
  private trainedTime = 0;
  private taughtSince = 0;
  private dirty = false;

  constructor(options: SequenceCoreOptions) {
    this.options = options;
  }

  /** Takes an event, or a session's end, in; what is odd, null for nothing. */
  take(session: number, symbol: number, third: number, time: number): OddSession | null {
    const hour = Math.floor(time / HOUR);
    if (hour > this.hour) {
      this.hour = hour;
      this.hours++;
    }
    if (symbol === ENDED || symbol === ENDED_UNTAUGHT || symbol === LEFT) return this.end(session, symbol, third);
    const live = this.live.get(session) ?? this.begin(session, third, symbol);
    if (live === null) return null;
    live.symbols.push(symbol);
    if (live.model === null || live.state === null) return null;
    const before = live.state.highest;
    live.model.observe(live.state, this.known(live.model, symbol));
    return live.state.highest > before ? this.judge(session, live, symbol) : null;
  }

  /** `third`: the program's hash, with EARLY when the session may have begun before it was watched. */
  private begin(session: number, third: number, symbol: number): Live | null {
    const early = third > EARLY / 2;
    const hash = early ? third - EARLY : third;
    let program = this.programs.get(hash);
    if (program === undefined) {
      if (this.programs.size >= MAX_PROGRAMS && !this.forgetProgram()) return null;
      program = new ProgramSessions(hash, this.random);
      this.programs.set(hash, program);
    }
    if (this.live.size >= MAX_LIVE) return null;
    // The rest of a session that began before the start is neither judged nor learned.
    const isRest = early && program.inModel && !program.sample.some((each) => each[0] === symbol);
    const model = program.inModel && !isRest ? this.model : null;
    const live: Live = {
      program,
      symbols: [],
      model,
      state: model === null ? null : this.beginOf(model, hash),
      told: false,
      isRest,
    };
    this.live.set(session, live);
    return live;
  }

  /** The program with fewest sessions gives way, unless it is worth training on: names that come and go must not keep others out. */
  private forgetProgram(): boolean {
    let least: ProgramSessions | null = null;
    for (const program of this.programs.values())
      if (!program.inModel && program.seen < WORTH && (least === null || program.seen < least.seen)) least = program;
    return least !== null && this.programs.delete(least.hash);
  }

  /** A session's state after its program's name, which is no surprise. */
  private beginOf(model: SequenceGru, program: number): SessionState {
    const state = model.begin();
    model.observe(state, beginningOf(program));
    model.forget(state);
    return state;
  }

  private known(model: SequenceGru, symbol: number): number {
    return model.knows(symbol) ? symbol : RARE;
  }

  private judge(session: number, live: Live, symbol: number): OddSession | null {
    const { program, state, symbols } = live;
    if (state === null || live.told || state.highest < LEAST_SURPRISE || !this.isReady(program)) return null;
    const share = program.scores.shareOf(state.highest);
    const sessionsPerDay = program.judged / Math.max(1, this.hours / 24);
    const perDay = share * Math.max(1, sessionsPerDay);
    if (perDay > this.options.risk / Math.max(1, this.readyCount())) return null;
    live.told = true;
    const before = symbol === 0 ? symbols.at(-1) : symbols.at(-2);
    return {
      ...{ session, symbol, share, perDay },
      before: before ?? 0,
      at: symbol === 0 ? symbols.length : symbols.length - 1,
      surprise: state.highest,
      sessions: program.seen,
    };
  }

  private end(session: number, word: number, owner: number): OddSession | null {
    const live = this.live.get(session);
    if (live === undefined) return null;
    this.live.delete(session);
    if (word === LEFT || live.isRest) return null;
    const { program, state, model } = live;
    let odd: OddSession | null = null;
    if (model !== null && state !== null && model === this.model) {
      const before = state.highest;
      model.end(state);
      if (word === ENDED && state.highest > before) odd = this.judge(session, live, 0);
    }
    if (word !== ENDED) return odd;
    program.judged++;
    this.dirty = true;
    const symbols = Int32Array.from(live.symbols);
    if (live.told) program.doubt(symbols, owner);
    else {
      program.learn(symbols);
      if (state !== null && model === this.model) program.scores.add(state.highest);
    }
    this.taughtSince++;
    return odd;
  }

  private isReady(program: ProgramSessions): boolean {
    return program.inModel && program.seen >= this.options.learnSessions;
  }

  private readyCount(): number {
    let count = 0;
    for (const program of this.programs.values()) if (this.isReady(program)) count++;
    return count;
  }

  /** True when a network should be trained now: a program has enough sessions for the first time, or it grew old. */
  isDue(time: number): boolean {
    const since = Math.abs(time - this.trainedTime);
    if (this.taughtSince === 0) return false;
    if (this.model !== null && since >= this.options.retrainMs) return true;
    if (this.model !== null && since < HOUR) return false;
    for (const program of this.programs.values())
      if (!program.inModel && program.seen >= this.options.learnSessions) return true;
    return false;
  }

  /** Trains a network on the sample, in steps; then it is used for sessions that begin. */
  *train(time: number): Generator<void, void> {
    this.trainedTime = time;
    this.taughtSince = 0;
    const worth = [...this.programs.values()].filter(({ sample }) => sample.length >= WORTH);
    const frequent = frequentOf(worth);
    const used = this.bounded(
      worth.flatMap((program) =>
        program.sample.map((session) => ({
          program,
          symbols: [beginningOf(program.hash), ...Array.from(session, (each) => (frequent.has(each) ? each : RARE))],
        })),
      ),
    );
    if (used.different === 0) return;
    // Few different sessions make few steps an epoch: they are gone over more often.
    const wanted = Math.max(60, Math.ceil((LEAST_UPDATES * BATCH) / used.different));
    const epochs = Math.max(8, Math.min(wanted, Math.floor(STEPS / (MEMBERS * used.events))));
    const { model, scores } = yield* SequenceGru.crossTrainInSteps(
      used.sessions.map(({ symbols }) => symbols),
      { hidden: HIDDEN, members: MEMBERS, batch: BATCH, epochs, seed: this.hours + 1, unscored: 1 },
    );
    for (const program of this.programs.values()) {
      program.inModel = worth.includes(program);
      if (program.inModel)
        program.scores = new UsualScores(scores.filter((_, n) => used.sessions[n]!.program === program));
    }
    this.model = model;
    this.dirty = true;
  }

  /** Sessions in a random order until an epoch is full of different ones; those that are known come as often as they came. */
  private bounded(sessions: readonly Sampled[]): { sessions: Sampled[]; events: number; different: number } {
    const order = sessions.map((each) => ({ each, at: this.random() })).sort((a, b) => a.at - b.at);
    const known = new Set<string>();
    const out: Sampled[] = [];
    let events = 0;
    for (const { each } of order) {
      const key = each.symbols.join(' ');
      if (!known.has(key)) {
        if (events + each.symbols.length > EPOCH_EVENTS) continue;
        events += each.symbols.length + 1;
        known.add(key);
      }
      out.push(each);
    }
    return { sessions: out, events, different: known.size };
  }

  /** How each program stands. */
  states(): DeepState[] {
    const risk = this.options.risk / Math.max(1, this.readyCount());
    return [...this.programs.values()].map((program) => {
      const ready = this.isReady(program);
      const perDay = program.judged / Math.max(1, this.hours / 24);
      return {
        kind: 'sequence',
        of: program.hash,
        rows: program.seen,
        judged: program.judged,
        ready,
        threshold: ready ? program.scores.thresholdAt(Math.min(0.5, risk / Math.max(1, perDay))) : null,
        drift: program.scores.drift(),
        changes: program.changes,
        scores: program.scores.newest(60),
        fault: null,
        needed: this.options.learnSessions,
      };
    });
  }

  /** What was learned, as text; null when nothing changed. */
  save(): string | null {
    if (!this.dirty) return null;
    this.dirty = false;
    const { hours, hour, trainedTime } = this;
    const programs = [...this.programs.values()].map((each) => ({ ...each.save(), inModel: each.inModel }));
    const saved: SavedCore = { hours, hour, trainedTime, model: this.model?.toJSON() ?? null, programs };
    return JSON.stringify(saved);
  }

  /** Takes saved learning in. Throws RangeError for a broken network. */
  load(text: string): void {
    const saved = JSON.parse(text) as SavedCore;
    this.hours = saved.hours;
    this.hour = saved.hour;
    this.trainedTime = saved.trainedTime;
    this.model = saved.model === null ? null : SequenceGru.fromJSON(saved.model);
    for (const each of saved.programs.slice(0, MAX_PROGRAMS)) {
      const program = new ProgramSessions(each.hash, this.random);
      program.load(each);
      program.inModel = each.inModel && this.model !== null;
      this.programs.set(each.hash, program);
      if (!program.inModel && program.seen > 0) this.taughtSince++;
    }
  }
}

/** The templates that most sessions have. */
function frequentOf(programs: readonly ProgramSessions[]): Set<number> {
  const counts = new Map<number, number>();
  for (const { sample } of programs)
    for (const session of sample)
      for (const symbol of new Set(session)) counts.set(symbol, (counts.get(symbol) ?? 0) + 1);
  const most = [...counts].filter(([, count]) => count >= LEAST_SESSIONS).sort((a, b) => b[1] - a[1]);
  return new Set(most.slice(0, MAX_TEMPLATES).map(([symbol]) => symbol));
}
