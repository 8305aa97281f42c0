/**
 * Foretells the next template of a session, start and end included, and says how surprising each event was (DeepLog's idea, Du et al.
 * CCS 2017, with a chance instead of a rank, and beside how surprising things are in that place). Trained here, on the machine's own sessions: truncated backpropagation, Adam.
 */
import { firstParameters, type GruShape, GruState, gruShape, stepForward } from './gru.ts';
import { GruLanes, LANES } from './gru-lanes.ts';
import { packNumbers, unpackNumbers } from './pack-numbers.ts';
import { createRandom } from './random.ts';

/** How it is trained. */
export interface SequenceOptions {
  readonly hidden?: number;
  /** Networks trained each from its own beginning. */
  readonly members?: number;
  readonly epochs?: number;
  /** Sessions whose slopes make one step. */
  readonly batch?: number;
  readonly rate?: number;
  /** Events that errors are followed back. */
  readonly horizon?: number;
  readonly seed?: number;
  /** Equal sessions are taken once, with the weight of their number to this power. */
  readonly repeats?: number;
  /** Events at the beginning of a session that its score leaves out. */
  readonly unscored?: number;
  /** Called after each epoch with its mean loss in nats an event. */
  onEpoch?(epoch: number, loss: number): void;
}

/** A trained model as it is kept. */
export interface SavedSequence {
  readonly templates: readonly number[];
  readonly hidden: number;
  /** Of each member. */
  readonly parameters: readonly string[];
}

/** What is known while a session runs. */
export interface SessionState {
  /** Highest surprise so far, in nats, and the number of the event that had it. */
  highest: number;
  at: number;
  events: number;
  /** Of each network. */
  readonly states: readonly GruState[];
}

const START = 0;
const END = 1;
const FIRST = 2;
/** Surprise of a template that was in no session. */
const UNKNOWN = 14;
/** No chance is held for smaller. */
const LEAST = 1e-6;
const LONGEST = 4096;

/** A trained model. */
export class SequenceGru {
  private readonly shape: GruShape;
  private readonly members: readonly Float64Array[];
  private readonly symbolOf: Map<number, number>;

  private constructor(templates: readonly number[], hidden: number, members: readonly Float64Array[]) {
    this.shape = gruShape(FIRST + templates.length, hidden);
    if (members.length === 0 || members.some((each) => each.length !== this.shape.size))
      throw new RangeError('a saved sequence model has the wrong size');
    this.members = members;
    this.symbolOf = new Map(templates.map((template, index) => [template, FIRST + index]));
  }

  /** Trains on usual sessions of template numbers. */
  static train(sessions: readonly ArrayLike<number>[], options: SequenceOptions = {}): SequenceGru {
    const steps = SequenceGru.trainInSteps(sessions, options);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** The same in steps of a few sessions, for a thread that has other things to do in between. */
  static *trainInSteps(
    sessions: readonly ArrayLike<number>[],
    options: SequenceOptions = {},
  ): Generator<void, SequenceGru> {
    const { hidden = 40, members = 2, seed = 1 } = options;
    const templates = [...new Set(sessions.flatMap((session) => Array.from(session)))].sort((a, b) => a - b);
    if (templates.length === 0) throw new RangeError('a sequence model needs sessions with events');
    const shape = gruShape(FIRST + templates.length, hidden);
    const all = Array.from({ length: members }, (_, n) => firstParameters(shape, seed * 31 + n));
    const model = new SequenceGru(templates, hidden, all);
    for (const [n, parameters] of all.entries())
      yield* new Training(parameters, shape, { ...options, seed: seed * 31 + n }).run(
        weighted(sessions, model.symbolOf, options.repeats ?? 1),
      );
    return model;
  }

  /**
   * Trains as many networks as `members` says, each without one part of the sessions, so that every session has a score from a network that
   * never saw it: what a threshold is made of. In steps.
   */
  static *crossTrainInSteps(
    sessions: readonly ArrayLike<number>[],
    options: SequenceOptions = {},
  ): Generator<void, { readonly model: SequenceGru; readonly scores: readonly number[] }> {
    const { hidden = 40, members = 4, seed = 1 } = options;
    if (members < 2) throw new RangeError('leaving parts out takes at least two members');
    const templates = [...new Set(sessions.flatMap((session) => Array.from(session)))].sort((a, b) => a - b);
    if (templates.length === 0) throw new RangeError('a sequence model needs sessions with events');
    const shape = gruShape(FIRST + templates.length, hidden);
    const all = Array.from({ length: members }, (_, n) => firstParameters(shape, seed * 31 + n));
    const model = new SequenceGru(templates, hidden, all);
    const scores = new Array<number>(sessions.length).fill(0);
    for (const [part, parameters] of all.entries()) {
      const others = sessions.filter((_, n) => n % members !== part);
      const training = new Training(parameters, shape, { ...options, seed: seed * 31 + part });
      yield* training.run(weighted(others, model.symbolOf, options.repeats ?? 1));
      const alone = new SequenceGru(templates, hidden, [parameters]);
      for (let n = part; n < sessions.length; n += members) {
        scores[n] = alone.scoreOf(sessions[n]!, options.unscored);
        if (n % 16 === 0) yield;
      }
    }
    return { model, scores };
  }

  /** The same at once. */
  static crossTrain(sessions: readonly ArrayLike<number>[], options: SequenceOptions = {}) {
    const steps = SequenceGru.crossTrainInSteps(sessions, options);
    for (;;) {
      const step = steps.next();
      if (step.done === true) return step.value;
    }
  }

  /** True for a template that was in a session trained on. */
  knows(template: number): boolean {
    return this.symbolOf.has(template);
  }

  /** A session that begins. */
  begin(): SessionState {
    const states = this.members.map((parameters) => {
      const state = new GruState(this.shape);
      stepForward(parameters, this.shape, START, state);
      return state;
    });
    return { highest: 0, at: -1, events: 0, states };
  }

  /** Takes an event in; its surprise in nats, beyond what is usual in its place. */
  observe(state: SessionState, template: number): number {
    const symbol = this.symbolOf.get(template);
    const surprise = this.note(state, symbol ?? -1);
    if (symbol === undefined) return surprise;
    for (let n = 0; n < this.members.length; n++) stepForward(this.members[n]!, this.shape, symbol, state.states[n]!);
    return surprise;
  }

  /** The session ended; how surprising that was. */
  end(state: SessionState): number {
    return this.note(state, END);
  }

  /** What came so far counts no more: what comes after a session's name is judged alone. */
  forget(state: SessionState): void {
    Object.assign(state, { highest: 0, at: -1, events: 0 });
  }

  /** The highest surprise of a whole session. */
  scoreOf(session: ArrayLike<number>, unscored = 0): number {
    const state = this.begin();
    for (let n = 0; n < session.length && n < LONGEST; n++) {
      if (n === unscored) this.forget(state);
      this.observe(state, session[n]!);
    }
    this.end(state);
    return state.highest;
  }

  /** The mean of what the networks say, event by event: one's whim counts by its share, and the highest of a session is of one moment for all. */
  private note(state: SessionState, symbol: number): number {
    let surprise = symbol < 0 ? UNKNOWN : 0;
    if (symbol >= 0)
      for (const { chance } of state.states) surprise += this.surprise(chance, symbol) / this.members.length;
    if (surprise > state.highest) {
      state.highest = surprise;
      state.at = state.events;
    }
    state.events++;
    return surprise;
  }

  /** Minus the logarithm of the foretold chance, less the mean of that over all symbols: where anything may come, nothing surprises. */
  private surprise(chances: Float64Array, symbol: number): number {
    let usual = 0;
    for (let each = 0; each < this.shape.symbols; each++) {
      const chance = chances[each]!;
      if (chance > LEAST) usual -= chance * Math.log(chance);
    }
    return Math.max(0, -Math.log(Math.max(LEAST, chances[symbol]!)) - usual);
  }

  toJSON(): SavedSequence {
    return {
      templates: [...this.symbolOf.keys()],
      hidden: this.shape.hidden,
      parameters: this.members.map((each) => packNumbers(Float32Array.from(each))),
    };
  }

  /** A model from its JSON. Throws RangeError for one that does not fit. */
  static fromJSON(saved: SavedSequence): SequenceGru {
    const members = saved.parameters.map((each) => Float64Array.from(unpackNumbers(each, Float32Array)));
    if (!members.every((each) => each.every(Number.isFinite)))
      throw new RangeError('a saved sequence model holds something that is no number');
    return new SequenceGru(saved.templates, saved.hidden, members);
  }
}

interface Weighted {
  readonly symbols: Int32Array;
  readonly weight: number;
}

function weighted(
  sessions: readonly ArrayLike<number>[],
  symbolOf: ReadonlyMap<number, number>,
  repeats: number,
): Weighted[] {
  const counts = new Map<string, { symbols: Int32Array; count: number }>();
  for (const session of sessions) {
    const symbols = Int32Array.from([
      START,
      ...Array.from(session)
        .slice(0, LONGEST)
        .map((each) => symbolOf.get(each)!),
      END,
    ]);
    const key = symbols.join(' ');
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { symbols, count: 1 });
    else known.count++;
  }
  return [...counts.values()].map(({ symbols, count }) => ({ symbols, weight: count ** repeats }));
}

/** One training: Adam (Kingma and Ba 2015) with a rate that falls to nothing. */
class Training {
  private readonly p: Float64Array;
  private readonly options: SequenceOptions;
  private readonly g: Float64Array;
  private readonly mean: Float64Array;
  private readonly square: Float64Array;
  private readonly lanes: GruLanes;
  private readonly random: () => number;
  private steps = 0;

  constructor(p: Float64Array, shape: GruShape, options: SequenceOptions) {
    this.p = p;
    this.options = options;
    this.random = createRandom((options.seed ?? 1) + 7);
    this.g = new Float64Array(shape.size);
    this.mean = new Float64Array(shape.size);
    this.square = new Float64Array(shape.size);
    this.lanes = new GruLanes(shape, options.horizon ?? 64);
  }

  *run(all: Weighted[]): Generator<void, void> {
    const { epochs = 80, batch = 8, rate = 0.005, onEpoch } = this.options;
    const { random } = this;
    const total = epochs * Math.ceil(all.length / batch);
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (let n = all.length - 1; n > 0; n--) {
        const other = Math.floor(random() * (n + 1));
        [all[n], all[other]] = [all[other]!, all[n]!];
      }
      let [loss, weights] = [0, 0];
      for (let from = 0; from < all.length; from += batch) {
        const some = all.slice(from, from + batch);
        const events = some.reduce((sum, { symbols, weight }) => sum + (symbols.length - 1) * weight, 0);
        loss += this.slopesOf(some, events) * events;
        weights += events;
        this.adam(rate * (1 - this.steps / total));
        yield;
      }
      onEpoch?.(epoch, loss / weights);
    }
    // As they are kept: a model is the same before and after.
    for (let n = 0; n < this.p.length; n++) this.p[n] = Math.fround(this.p[n]!);
  }

  /** Adds the slopes of some sessions, those of like length side by side; their mean loss an event. */
  private slopesOf(some: readonly Weighted[], events: number): number {
    const ordered = some
      .map(({ symbols, weight }) => ({ symbols, weight: weight / events }))
      .sort((a, b) => a.symbols.length - b.symbols.length);
    this.lanes.turn(this.p);
    let loss = 0;
    for (let from = 0; from < ordered.length; from += LANES)
      loss += this.lanes.addSlopes(this.p, this.g, ordered.slice(from, from + LANES));
    return loss;
  }

  private adam(rate: number): void {
    this.steps++;
    const { g, p, mean, square } = this;
    let norm = 0;
    for (const each of g) norm += each * each;
    // Long slopes are cut: one odd session must not throw the rest over.
    const cut = Math.min(1, 1 / Math.sqrt(norm + 1e-12));
    const [first, second] = [1 - 0.9 ** this.steps, 1 - 0.999 ** this.steps];
    for (let n = 0; n < p.length; n++) {
      const slope = g[n]! * cut;
      mean[n] = 0.9 * mean[n]! + 0.1 * slope;
      square[n] = 0.999 * square[n]! + 0.001 * slope * slope;
      p[n]! -= (rate * (mean[n]! / first)) / (Math.sqrt(square[n]! / second) + 1e-8);
      g[n] = 0;
    }
  }
}
