/**
 * A detector for streams, label-free. Four views of a row: how soon it is alone in the trees of a forest, how thinly peopled the sides are
 * that it takes there, how far out each of its values lies, and how rare its places are to LODA, which learns every row. The first three
 * come from a sample that forgets and are made anew now and then. Each is put on one scale, that of how surprising it is among the sample's,
 * and they are added (as Fisher adds independent tests; the views are not, so the sum is a score and no chance).
 */
import { DensityForest } from './density-forest.ts';
import { Loda } from './loda.ts';
import { RowSample } from './row-sample.ts';
import { ScoreScale } from './score-scale.ts';
import { TailRanks } from './tail-ranks.ts';

/** How it learns. */
export interface StreamOptions {
  readonly trees?: number;
  readonly sampleSize?: number;
  /** Rows the sample holds, and how far back it reaches. */
  readonly sample?: number;
  readonly memory?: number;
  /** Learned rows between two growths; the first come when four times as many rows are known as at the one before. */
  readonly regrow?: number;
  readonly projections?: number;
  readonly halfLife?: number;
  readonly seed?: number;
}

const VIEWS = 4;

/** Learns row by row. */
export class StreamEnsemble {
  readonly features: number;
  private readonly options: Required<StreamOptions>;
  private readonly sample: RowSample;
  private loda: Loda;
  private forest!: DensityForest;
  private tails!: TailRanks;
  private scales: readonly ScoreScale[] = [];
  private grownAt = 0;
  private readonly firstCount: number;
  private readonly row: Float64Array;
  /** What each view makes of the row looked at last. */
  private readonly views = new Float64Array(VIEWS);

  /** Begins with first rows, some hundred usual ones. */
  constructor(first: Float64Array, features: number, options: StreamOptions = {}) {
    this.features = features;
    this.options = {
      ...{ trees: 100, sampleSize: 128, sample: 1024, memory: 20_000, regrow: 8192, projections: 64 },
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
    this.grow();
  }

  /** Nats of surprise, all views together; higher is stranger. */
  score(rows: ArrayLike<number>, at = 0): number {
    const { row, views, scales } = this;
    for (let n = 0; n < row.length; n++) row[n] = rows[at + n]!;
    this.look(row);
    let sum = 0;
    for (let view = 0; view < VIEWS; view++) sum += scales[view]!.surpriseOf(views[view]!);
    return sum;
  }

  /** Takes a usual row in. */
  learn(rows: ArrayLike<number>, at = 0): void {
    const { row } = this;
    for (let n = 0; n < row.length; n++) row[n] = rows[at + n]!;
    this.loda.learn(row);
    this.sample.offer(row, 0);
    const due = Math.min(this.options.regrow, 3 * this.grownAt);
    if (this.sample.seen >= this.grownAt + due) this.grow();
  }

  private look(row: Float64Array): void {
    const { views, forest } = this;
    forest.read(row);
    views[0] = forest.isolation;
    views[1] = forest.sparsity;
    views[2] = this.tails.score(row);
    views[3] = this.loda.score(row);
  }

  private makeLoda(rows: Float64Array): Loda {
    const { projections, halfLife, seed } = this.options;
    return new Loda(rows, this.features, { projections, halfLife, seed });
  }

  private grow(): void {
    const { features } = this;
    const { trees, sampleSize, seed } = this.options;
    const rows = this.sample.held();
    const { count } = this.sample;
    this.forest = new DensityForest(rows, features, { trees, sampleSize, seed: seed + this.sample.seen });
    this.tails = new TailRanks(rows, features);
    // The first rows set LODA's ranges; the sample knows better ones.
    if (count > this.firstCount) this.loda = this.makeLoda(rows);
    const known = Array.from({ length: VIEWS }, () => new Float64Array(count));
    for (let n = 0; n < count; n++) {
      this.look(rows.subarray(n * features, (n + 1) * features));
      for (let view = 0; view < VIEWS; view++) known[view]![n] = this.views[view]!;
    }
    this.scales = known.map((scores) => new ScoreScale(scores));
    this.grownAt = this.sample.seen;
  }
}
