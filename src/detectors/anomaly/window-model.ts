/**
 * What is usual for the windows of one kind and length: an Isolation Forest grown now and then from a sample, LODA learning always, and
 * how far a row reaches beyond everything usual. Each part is put on one scale; their sum is judged by extreme value theory.
 */
import { IsolationForest } from './models/isolation-forest.ts';
import { Loda } from './models/loda.ts';
import { packNumbers, unpackNumbers } from './models/pack-numbers.ts';
import { RowSample } from './models/row-sample.ts';
import { ScoreScale } from './models/score-scale.ts';
import { type SavedSpot, Spot } from './models/spot.ts';

/** The parts of a judgement, in nats, and what they come to. */
export interface Judgement {
  readonly forest: number;
  readonly loda: number;
  readonly reach: number;
  /** The sum of the parts. */
  readonly score: number;
  /** Share of usual rows that score as high, by the fitted tail alone. */
  readonly nominal: number;
  /** The same, corrected by how often rows truly came so high. */
  readonly share: number;
}

/** How a model is made. */
export interface WindowModelOptions {
  /** Share of rows that the budget foresees. */
  readonly risk: number;
  /** Many entities share the model. */
  readonly crowd: boolean;
  readonly seed: number;
  /** Least spread of each feature. */
  readonly spreads: readonly number[];
}

/** A model as it is kept. */
export interface SavedWindowModel {
  readonly rows: string;
  readonly owners: string;
  readonly seen: number;
  readonly spot: SavedSpot | null;
  readonly grownTime: number;
  /** Rows the tail was held against, and how many came high. */
  readonly checked: readonly [number, number];
}

const SAMPLE = 1024;
const RECENT = 256;
/** Rows before a first model. */
const LEAST_ROWS = 128;
/** The sample reaches back so many rows. */
const MEMORY = 20_000;
/** More than this share of the newest rows above the 90 of 100 that were below: the world changed. */
const CHANGED = 0.5;
/** So many different entities must say so, or one could teach it. */
const CHANGED_OWNERS = 8;
/** Where the tail begins that the threshold is taken from. */
const TAIL = 0.98;
/** The tail is checked where it says so small a share, over so many rows, and doubted as if so many had come as foretold. */
const CHECK_SHARE = 0.003;
const CHECK_MEMORY = 50_000;
const CHECK_WEIGHT = 5;
const TREES = 50;
const TREE_ROWS = 128;

/** A model that learns row by row. */
export class WindowModel {
  readonly sample: RowSample;
  /** Newest rows, unusual ones too: what drift is measured by. */
  private readonly recent: RowSample;
  private forest: IsolationForest | null = null;
  private loda: Loda | null = null;
  private forestScale = new ScoreScale(new Float64Array(0));
  private lodaScale = this.forestScale;
  private reachScale = this.forestScale;
  private scoreScale = this.forestScale;
  private spot: Spot | null = null;
  private grownAt = 0;
  private grownTime = 0;
  private readonly middle: Float64Array;
  private readonly high: Float64Array;
  private readonly spread: Float64Array;
  private readonly risk: number;
  private readonly crowd: boolean;
  private readonly leastSpread: readonly number[];
  private checked = 0;
  private lowCame = 0;
  private recentAt = 0;
  private recentHigh = new Uint8Array(RECENT);
  dirty = false;
  /** Times a changed world was taken over. */
  changes = 0;

  constructor(width: number, options: WindowModelOptions) {
    this.sample = new RowSample(width, SAMPLE, MEMORY, options.seed);
    this.recent = new RowSample(width, RECENT, RECENT, options.seed);
    this.middle = new Float64Array(width);
    this.high = new Float64Array(width);
    this.spread = new Float64Array(width);
    this.risk = options.risk;
    this.crowd = options.crowd;
    this.leastSpread = options.spreads;
  }

  /** False while there are too few rows to judge by. */
  get isGrown(): boolean {
    return this.forest !== null;
  }

  /** What is made of a row; null while nothing is learned. */
  judge(row: Float64Array): Judgement | null {
    if (this.forest === null || this.loda === null) return null;
    const forest = this.forestScale.surpriseOf(this.forest.scoreOne(row));
    const loda = this.lodaScale.surpriseOf(this.loda.score(row));
    const reach = this.reachScale.surpriseOf(this.reachOf(row));
    const score = forest + loda + reach;
    const nominal = this.shareOf(score);
    return { forest, loda, reach, score, nominal, share: Math.min(1, nominal * this.correction()) };
  }

  /** Share of usual rows with a score as high: ranks until the tail can be fitted, and never surer than the rows seen allow four times over. */
  private shareOf(score: number): number {
    const byRank = Math.exp(-this.scoreScale.surpriseOf(score));
    if (this.spot === null) return Math.max(byRank, 1 / (this.sample.seen + 1));
    const tail = this.spot.tailOf(score);
    return Math.max(tail >= 1 ? byRank : tail, 1 / (4 * this.sample.seen + 1));
  }

  /** The least share that any row can be given now: a caller whom that is too much for need not ask. */
  leastShare(): number {
    const least = this.spot === null ? 1 / (this.sample.seen + 1) : 1 / (4 * this.sample.seen + 1);
    return Math.min(1, least * this.correction());
  }

  /** How much more often than foretold rows came high: the tail is held against what happened. */
  private correction(): number {
    return (this.lowCame + CHECK_WEIGHT) / (this.checked * CHECK_SHARE + CHECK_WEIGHT);
  }

  private check(judgement: Judgement): void {
    this.checked++;
    if (judgement.nominal < CHECK_SHARE) this.lowCame++;
    if (this.checked < CHECK_MEMORY) return;
    this.checked /= 2;
    this.lowCame /= 2;
  }

  /** Notes a row that nothing accused, usual or not, for drift. */
  note(row: Float64Array, owner: number, judgement: Judgement | null): void {
    const at = this.recentAt++ % RECENT;
    this.recent.rows.set(row, at * this.recent.width);
    this.recent.owners[at] = owner;
    this.recent.count = Math.min(this.recentAt, RECENT);
    this.recentHigh[at] = Number(judgement !== null && judgement.score > this.scoreScale.quantile(0.9));
  }

  /** Takes a usual row in; one of the tail only when `tail` says that its entity may. */
  learn(row: Float64Array, owner: number, judgement: Judgement | null, tail: boolean): void {
    const inTail = judgement !== null && judgement.score > this.scoreScale.quantile(TAIL);
    if (inTail && !tail) return;
    this.sample.offer(row, owner);
    this.loda?.learn(row);
    if (judgement === null) return;
    this.check(judgement);
    this.spot?.learn(judgement.score);
  }

  /** Notes that a row was too unusual to learn: its tail counts as one at the threshold, as often as the risk foresees. */
  reject(judgement: Judgement): void {
    this.check(judgement);
    this.spot?.observe(judgement.score);
  }

  /** False once the sample is full: then a share of the rows is enough to keep it fresh. */
  get isHungry(): boolean {
    return this.sample.seen < SAMPLE;
  }

  /** True when a row would teach the tail. */
  isTail(judgement: Judgement): boolean {
    return judgement.score > this.scoreScale.quantile(TAIL);
  }

  /** How far the newest rows lie from what was learned: 0 not at all, 1 all of them beyond nine tenths of it. */
  drift(): number {
    if (this.forest === null || this.recent.count < 64) return 0;
    let high = 0;
    for (let n = 0; n < this.recent.count; n++) high += this.recentHigh[n]!;
    return Math.max(0, (high / this.recent.count - 0.1) / 0.9);
  }

  /** Different entities among the newest rows that lie high. */
  private ownersOfHigh(): number {
    const owners = new Set<number>();
    for (let n = 0; n < this.recent.count; n++) if (this.recentHigh[n] === 1) owners.add(this.recent.owners[n]!);
    return owners.size;
  }

  /** Grows the forest when it is time, and takes a changed world over when enough entities show it. */
  keepUp(time: number, retrainMs: number): void {
    const changed =
      this.recent.count >= RECENT && this.drift() > CHANGED && (!this.crowd || this.ownersOfHigh() >= CHANGED_OWNERS);
    if (changed) {
      this.sample.refill(this.recent.held(), this.recent.owners);
      this.spot = null;
      this.changes++;
      this.recentHigh.fill(0);
      this.checked = 0;
      this.lowCame = 0;
    } else if (this.sample.seen < LEAST_ROWS) return;
    else if (this.forest !== null) {
      const isOld = time - this.grownTime >= retrainMs && this.sample.seen > this.grownAt;
      if (!isOld && (this.sample.seen < this.grownAt * 4 || this.grownAt >= SAMPLE)) return;
    }
    this.grow();
    this.grownAt = this.sample.seen;
    this.grownTime = time;
  }

  private grow(): void {
    const rows = this.sample.held();
    const { width } = this.sample;
    this.measure(rows);
    this.forest = IsolationForest.fit(rows, width, { trees: TREES, sampleSize: TREE_ROWS, seed: this.sample.seen });
    this.loda = new Loda(rows, width, { projections: 32, halfLife: MEMORY / 4, seed: this.sample.seen });
    const count = this.sample.count;
    const sums = new Float64Array(count);
    const scale = (scores: Float64Array): ScoreScale => {
      const made = new ScoreScale(scores);
      for (let n = 0; n < count; n++) sums[n]! += made.surpriseOf(scores[n]!);
      return made;
    };
    const each = (score: (row: Float64Array) => number): Float64Array =>
      Float64Array.from({ length: count }, (_, n) => score(rows.subarray(n * width, (n + 1) * width)));
    this.forestScale = scale(this.forest.score(rows));
    this.lodaScale = scale(each((row) => this.loda!.score(row)));
    this.reachScale = scale(each((row) => this.reachOf(row)));
    this.scoreScale = new ScoreScale(sums);
    // The scales keep the sum's distribution where it was, so an older tail stays true.
    if (this.spot === null && count >= SAMPLE / 2) this.spot = new Spot(sums, { risk: this.risk, level: TAIL });
    this.dirty = true;
  }

  /** Middle, upper end (98 of 100) and spread of each feature. */
  private measure(rows: Float64Array): void {
    const { width, count } = this.sample;
    const column = new Float64Array(count);
    for (let feature = 0; feature < width; feature++) {
      for (let n = 0; n < count; n++) column[n] = rows[n * width + feature]!;
      column.sort();
      const at = (share: number): number => column[Math.floor((count - 1) * share)]!;
      this.middle[feature] = at(0.5);
      this.high[feature] = at(0.98);
      this.spread[feature] = Math.max((at(0.98) - at(0.5)) / 2, this.leastSpread[feature]!);
    }
  }

  /** How far a row lies above the upper ends, in spreads, all features together. */
  reachOf(row: Float64Array): number {
    let sum = 0;
    for (let feature = 0; feature < row.length; feature++) {
      const beyond = (row[feature]! - this.high[feature]!) / this.spread[feature]!;
      if (beyond > 0) sum += beyond;
    }
    return sum;
  }

  /** Features that made a row unusual, strongest first: by the forest's shares and by reach, only those above the middle. */
  explain(row: Float64Array): { readonly feature: number; readonly usual: number; readonly weight: number }[] {
    if (this.forest === null) return [];
    const shares = this.forest.explain(row);
    return [...row.keys()]
      .map((feature) => {
        const beyond = Math.max(0, (row[feature]! - this.high[feature]!) / this.spread[feature]!);
        return { feature, usual: this.middle[feature]!, weight: shares[feature]! + beyond };
      })
      .filter(({ feature }) => row[feature]! > this.middle[feature]! + this.spread[feature]! / 2)
      .sort((a, b) => b.weight - a.weight);
  }

  /** The middle of a feature. */
  middleOf(feature: number): number {
    return this.middle[feature]!;
  }

  /** The upper end of a feature. */
  highOf(feature: number): number {
    return this.high[feature]!;
  }

  /** The score that the budget's risk comes to, null while it is not known. */
  threshold(): number | null {
    return this.spot === null ? null : this.spot.threshold();
  }

  save(): SavedWindowModel {
    return {
      rows: packNumbers(Float32Array.from(this.sample.held())),
      owners: packNumbers(this.sample.owners.slice(0, this.sample.count)),
      seen: this.sample.seen,
      spot: this.spot === null ? null : this.spot.save(),
      grownTime: this.grownTime,
      checked: [this.checked, this.lowCame],
    };
  }

  /** Takes a saved model in; the forest is grown again from its rows. */
  load(saved: SavedWindowModel): void {
    const rows = Float64Array.from(unpackNumbers(saved.rows, Float32Array));
    const owners = unpackNumbers(saved.owners, Int32Array);
    if (rows.length % this.sample.width !== 0 || owners.length * this.sample.width !== rows.length)
      throw new RangeError('a saved model has rows of unequal length');
    if (rows.some((value) => !Number.isFinite(value))) throw new RangeError('a saved model has a row of no numbers');
    this.sample.refill(rows, owners);
    this.sample.seen = Math.max(saved.seen, this.sample.count);
    this.spot = saved.spot === null ? null : Spot.load(saved.spot);
    [this.checked, this.lowCame] = saved.checked.every((each) => each >= 0) ? saved.checked : [0, 0];
    if (this.sample.count < LEAST_ROWS) return;
    this.grow();
    this.grownAt = this.sample.seen;
    this.grownTime = saved.grownTime;
  }
}
