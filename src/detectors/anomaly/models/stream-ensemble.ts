/**
 * A detector for streams, label-free: LODA, which learns every row, and an Isolation Forest grown anew from a sample now and then. Their
 * scores are put on one scale, that of how surprising they are among the sample's, and added.
 */
import { IsolationForest } from './isolation-forest.ts';
import { Loda } from './loda.ts';
import { RowSample } from './row-sample.ts';
import { ScoreScale } from './score-scale.ts';

/** How it learns. */
export interface StreamOptions {
  readonly trees?: number;
  readonly sampleSize?: number;
  /** Rows the sample holds, and how far back it reaches. */
  readonly sample?: number;
  readonly memory?: number;
  /** Learned rows between two growths, once the sample is full. */
  readonly regrow?: number;
  readonly projections?: number;
  readonly halfLife?: number;
  readonly seed?: number;
}

/** Learns row by row. */
export class StreamEnsemble {
  readonly features: number;
  private readonly options: Required<StreamOptions>;
  private readonly sample: RowSample;
  private loda: Loda;
  private forest: IsolationForest;
  private forestScale = new ScoreScale(new Float64Array(0));
  private lodaScale = this.forestScale;
  private grownAt = 0;
  private readonly firstCount: number;
  private readonly row: Float64Array;

  /** Begins with first rows, some hundred usual ones. */
  constructor(first: Float64Array, features: number, options: StreamOptions = {}) {
    this.features = features;
    this.options = {
      ...{ trees: 80, sampleSize: 256, sample: 1024, memory: 20_000, regrow: 8192, projections: 64 },
      ...{ halfLife: 20_000, seed: 1 },
      ...options,
    };
    const { sample, memory, seed } = this.options;
    this.sample = new RowSample(features, sample, memory, seed);
    this.row = new Float64Array(features);
    for (let at = 0; at + features <= first.length; at += features)
      this.sample.offer(first.subarray(at, at + features), 0);
    this.firstCount = this.sample.count;
    this.loda = this.makeLoda(first);
    this.forest = this.grow();
  }

  /** Nats of surprise, both parts together; higher is stranger. */
  score(rows: ArrayLike<number>, at = 0): number {
    const { row } = this;
    for (let n = 0; n < row.length; n++) row[n] = rows[at + n]!;
    return 2 * this.forestScale.surpriseOf(this.forest.scoreOne(row)) + this.lodaScale.surpriseOf(this.loda.score(row));
  }

  /** Takes a usual row in. */
  learn(rows: ArrayLike<number>, at = 0): void {
    const { row } = this;
    for (let n = 0; n < row.length; n++) row[n] = rows[at + n]!;
    this.loda.learn(row);
    this.sample.offer(row, 0);
    const due = Math.min(this.options.regrow, this.grownAt);
    if (this.sample.seen >= this.grownAt + due) this.forest = this.grow();
  }

  private makeLoda(rows: Float64Array): Loda {
    const { projections, halfLife, seed } = this.options;
    return new Loda(rows, this.features, { projections, halfLife, seed });
  }

  private grow(): IsolationForest {
    const { trees, sampleSize, seed } = this.options;
    const rows = this.sample.held();
    const { count } = this.sample;
    const forest = IsolationForest.fit(rows, this.features, { trees, sampleSize, seed: seed + this.sample.seen });
    this.forestScale = new ScoreScale(forest.score(rows));
    // The first rows set LODA's ranges; the sample knows better ones.
    if (count > this.firstCount) this.loda = this.makeLoda(rows);
    const scores = new Float64Array(count);
    for (let n = 0; n < count; n++) scores[n] = this.loda.score(rows, n * this.features);
    this.lodaScale = new ScoreScale(scores);
    this.grownAt = this.sample.seen;
    return forest;
  }
}
