/** The deep models as the learning detector has them: lines and windows go in, findings come out some time later, and what is learned is kept. */
import type { Log } from '../../../kit/log.ts';
import type { StateEntry } from '../../../kit/state.ts';
import type { LogEvent } from '../../../model/log-event.ts';
import type { Clock, Finding } from '../finding.ts';
import type { Reading } from '../read-tally.ts';
import { DeepCore, KEPT } from './deep-core.ts';
import { type DeepLink, placeLink, threadLink } from './deep-link.ts';
import { type OwnModelSetting, OwnWatch, ownModels, type SeenWindow } from './own-watch.ts';
import { type SessionProgram, SessionWatch } from './session-watch.ts';
import type { DeepBatch, DeepState, DeepTask, DeepWord } from './words.ts';

const NAMES = 'session names';

/** How it is made. */
export interface DeepVoiceOptions {
  readonly sequences: boolean;
  readonly own: readonly OwnModelSetting[];
  readonly runtime: string;
  readonly learnSessions: number;
  readonly retrainMs: number;
  readonly riskOfSessions: number;
  readonly riskOfOwn: number;
}

/** A model with its name, as it is listed. */
export interface NamedDeepState extends DeepState {
  readonly name: string;
}

/** Both voices that live in a thread. */
export class DeepVoice {
  private readonly options: DeepVoiceOptions;
  private readonly sessions: SessionWatch | null;
  private readonly own: OwnWatch | null;
  private readonly known = new Map<string, string>();
  private readonly changed = new Set<string>();
  private readonly found: Finding[] = [];
  private place: ReturnType<typeof placeLink> | null;
  private link: DeepLink;
  private log: Log | null = null;
  private newest: readonly DeepState[] | null = null;
  private training = false;
  private busyMs = 0;

  constructor(options: DeepVoiceOptions, clock: Clock) {
    this.options = options;
    this.place = placeLink(() => this.task(), this.told);
    this.link = this.place;
    const post = (batch: DeepBatch): void => this.link.post(batch);
    this.sessions = options.sequences ? new SessionWatch(clock, post, () => this.link.waiting) : null;
    this.own = options.own.length === 0 ? null : new OwnWatch(options.own, post, () => clock.time);
  }

  /** From now on a thread does the work. It begins with the first line that is for it. */
  workInThread(log: Log): void {
    this.log = log;
    this.place = null;
    this.link = threadLink(
      () => this.task(),
      this.told,
      () => this.lost(),
      log,
    );
  }

  /** What was learned until now is kept with the next save: before a stop. */
  keep(): Promise<void> {
    this.flush();
    return this.link.keep();
  }

  /** Ends the thread. */
  stop(): Promise<void> {
    return this.link.stop();
  }

  private task(): DeepTask {
    const { sequences, own, runtime, learnSessions, retrainMs, riskOfSessions, riskOfOwn } = this.options;
    return {
      ...{ sequences, runtime, learnSessions, retrainMs, riskOfSessions, riskOfOwn },
      own: ownModels(own),
      known: [...this.known],
    };
  }

  /** Takes a line in. */
  look(event: LogEvent, reading: Reading, program: SessionProgram, accused: boolean, template: () => string): void {
    this.sessions?.look(event, reading, program, accused, template);
  }

  /** True when lines matter. */
  get hearsLines(): boolean {
    return this.sessions !== null;
  }

  /** True when some model of a person's is about such windows. */
  isAbout(kind: number, level: number): boolean {
    return this.own?.isAbout(kind, level) ?? false;
  }

  /** Takes a window in. */
  lookWindow(seen: SeenWindow): void {
    this.own?.look(seen);
  }

  /** True when something was found since the last call of `take`. */
  get hasFound(): boolean {
    return this.found.length > 0;
  }

  /** What was found since the last call. */
  take(): Finding[] {
    return this.found.splice(0);
  }

  /** Sends what waits to be looked at. */
  flush(): void {
    this.sessions?.flush();
    this.own?.flush();
  }

  private readonly told = (word: DeepWord): void => {
    if (word.kind === 'answer') {
      for (const odd of word.sessions) {
        const finding = this.sessions?.findingOf(odd) ?? null;
        if (finding !== null) this.found.push(finding);
      }
      if (word.rows > 0 && this.own !== null) this.found.push(...this.own.answered(word.rows, word.odd));
    } else if (word.kind === 'state') {
      this.newest = word.states;
      this.training = word.training;
      this.busyMs = word.busyMs;
    } else if (word.kind === 'save') {
      this.known.set(word.key, word.value);
      this.changed.add(word.key);
    } else if (word.kind === 'fault') {
      const { model, code, message, hint } = word;
      this.log?.('error', 'a deep model does not work; the rest goes on', { model, code, message, hint });
    }
  };

  private lost(): void {
    this.sessions?.reset();
    this.own?.reset();
  }

  /** What changed since the last call; the words of messages too when `all`. */
  drain(all: boolean): StateEntry[] {
    const entries = [...this.changed].map((key): StateEntry => ({ key, value: this.known.get(key)! }));
    this.changed.clear();
    const names = this.sessions?.names;
    if (names?.dirty === true && (all || entries.length > 0)) {
      names.dirty = false;
      entries.push({ key: NAMES, value: JSON.stringify(names) });
    }
    return entries;
  }

  /** Takes a saved entry in; false when it is none of these. */
  restore(key: string, value: string): boolean {
    if (key === NAMES) this.sessions?.names.load(JSON.parse(value) as [number, string][]);
    else if (key === KEPT.sequence || key === KEPT.own) this.known.set(key, value);
    else return false;
    return true;
  }

  /** Throws RangeError when something that was restored is broken. */
  check(): void {
    const tell = (word: DeepWord): void => {
      if (word.kind === 'fault') throw new RangeError(word.message);
    };
    new DeepCore(this.task(), tell);
  }

  /** Ends all sessions, so that they are saved: after training from whole files. */
  settle(): void {
    this.sessions?.settle();
    this.place?.save();
  }

  /** Trains the network here and now, in steps; for training from whole files. */
  *train(time: number): Generator<void, void> {
    const core = this.place?.core().sequence ?? null;
    if (core === null) return;
    yield* core.train(time);
    this.place?.save();
  }

  /** Models with their names. */
  states(): NamedDeepState[] {
    if (this.sessions === null && this.own === null) return [];
    // Without a thread that told how it stands: what was saved.
    const states = this.newest ?? new DeepCore(this.task(), () => {}).states();
    return states.map((each) => ({
      ...each,
      name: each.kind === 'own' ? (this.options.own[each.of]?.name ?? '?') : (this.sessions?.names.of(each.of) ?? '?'),
    }));
  }

  /** Figures for metrics. */
  stats(): Record<string, number> {
    if (this.sessions === null && this.own === null) return {};
    const out: Record<string, number> = {
      anomaly_deep_waiting: Number.isFinite(this.link.waiting) ? this.link.waiting : 0,
      anomaly_deep_busy_seconds: Math.round(this.busyMs / 1000),
      anomaly_deep_training: Number(this.training),
    };
    if (this.sessions !== null) {
      out.anomaly_sessions = this.sessions.size;
      out.anomaly_sessions_dropped = this.sessions.dropped;
    }
    if (this.own !== null) out.anomaly_own_dropped = this.own.dropped;
    for (const { kind, of, name, ready, threshold, drift, scores } of this.newest === null ? [] : this.states()) {
      if (!ready) continue;
      const key = `${kind}_${name.replace(/[^A-Za-z0-9]+/g, '_').slice(0, 40)}` || `${kind}_${of}`;
      if (threshold !== null) out[`anomaly_threshold_${key}`] = Number(threshold.toFixed(2));
      out[`anomaly_drift_${key}`] = Number(drift.toFixed(3));
      if (scores.length > 0) out[`anomaly_score_${key}`] = scores.at(-1)!;
    }
    return out;
  }
}
