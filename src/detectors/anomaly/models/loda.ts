/**
 * LODA: Pevny, "Loda: Lightweight on-line detector of anomalies", Machine Learning 102, 2016. Rows are projected onto sparse random
 * lines; a histogram of each line says how rare the place is. Histograms decay, so that the detector always learns and forgets.
 */
import { createRandom } from './random.ts';

/** How it looks and forgets. */
export interface LodaOptions {
  readonly projections?: number;
  readonly bins?: number;
  /** Rows after which a row counts half. */
  readonly halfLife?: number;
  readonly seed?: number;
}

/** Learns row by row, each row's cost being one pass over the projections. */
export class Loda {
  readonly features: number;
  private readonly projections: number;
  private readonly bins: number;
  private readonly growth: number;
  private readonly width: number;
  private readonly which: Uint16Array;
  private readonly weight: Float64Array;
  private readonly low: Float64Array;
  private readonly step: Float64Array;
  private readonly centre: Float64Array;
  private readonly spread: Float64Array;
  private readonly counts: Float64Array;
  private total = 0;
  /** What a row adds: it grows instead of all older counts shrinking. */
  private unit = 1;

  /** Sets scale and histograms from first rows (some hundred usual ones) and learns them. */
  constructor(first: Float64Array, features: number, options: LodaOptions = {}) {
    const { projections = 64, bins = 32, halfLife = 20_000, seed = 1 } = options;
    if (features < 1 || first.length < features * 2) throw new RangeError('LODA needs at least two first rows');
    this.features = features;
    this.projections = projections;
    this.bins = bins;
    this.growth = 2 ** (1 / halfLife);
    this.width = Math.max(1, Math.round(Math.sqrt(features)));
    this.which = new Uint16Array(projections * this.width);
    this.weight = new Float64Array(projections * this.width);
    this.low = new Float64Array(projections).fill(Number.POSITIVE_INFINITY);
    this.step = new Float64Array(projections);
    this.centre = new Float64Array(features);
    this.spread = new Float64Array(features);
    this.counts = new Float64Array(projections * (bins + 2));
    this.measureScale(first);
    this.drawLines(createRandom(seed));
    this.measureRange(first);
    for (let at = 0; at + features <= first.length; at += features) this.learn(first, at);
  }

  /** How rare the places of a row are: the mean of minus the logarithm of their share; higher is stranger. */
  score(rows: ArrayLike<number>, at = 0): number {
    let sum = 0;
    for (let line = 0; line < this.projections; line++) {
      const share = (this.counts[this.binOf(line, rows, at)]! + this.unit * 0.5) / (this.total + this.unit * this.bins);
      sum -= Math.log(share);
    }
    return sum / this.projections;
  }

  /** Takes a usual row in. */
  learn(rows: ArrayLike<number>, at = 0): void {
    for (let line = 0; line < this.projections; line++) {
      const bin = this.binOf(line, rows, at);
      this.counts[bin] = this.counts[bin]! + this.unit;
    }
    this.total += this.unit;
    this.unit *= this.growth;
    if (this.unit > 1e12) this.shrink();
  }

  private shrink(): void {
    for (let bin = 0; bin < this.counts.length; bin++) this.counts[bin] = this.counts[bin]! / this.unit;
    this.total /= this.unit;
    this.unit = 1;
  }

  private measureScale(first: Float64Array): void {
    const { features, centre, spread } = this;
    const rows = Math.floor(first.length / features);
    for (let n = 0; n < rows * features; n++) centre[n % features]! += first[n]! / rows;
    for (let n = 0; n < rows * features; n++) spread[n % features]! += (first[n]! - centre[n % features]!) ** 2 / rows;
    for (let feature = 0; feature < features; feature++) spread[feature] = Math.sqrt(spread[feature]!) || 1;
  }

  private drawLines(random: () => number): void {
    const order = Uint16Array.from({ length: this.features }, (_, feature) => feature);
    for (let line = 0; line < this.projections; line++)
      for (let n = 0; n < this.width; n++) {
        const pick = n + Math.floor(random() * (this.features - n));
        const feature = order[pick]!;
        order[pick] = order[n]!;
        order[n] = feature;
        this.which[line * this.width + n] = feature;
        // Box and Muller's way to a normal variate.
        this.weight[line * this.width + n] = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      }
  }

  private measureRange(first: Float64Array): void {
    for (let line = 0; line < this.projections; line++) {
      let high = Number.NEGATIVE_INFINITY;
      for (let at = 0; at + this.features <= first.length; at += this.features) {
        const value = this.project(line, first, at);
        this.low[line] = Math.min(this.low[line]!, value);
        high = Math.max(high, value);
      }
      this.step[line] = (high - this.low[line]!) / this.bins || 1;
    }
  }

  private project(line: number, rows: ArrayLike<number>, at: number): number {
    const { which, weight, centre, spread, width } = this;
    let sum = 0;
    for (let n = line * width; n < (line + 1) * width; n++) {
      const feature = which[n]!;
      sum += (weight[n]! * (rows[at + feature]! - centre[feature]!)) / spread[feature]!;
    }
    return sum;
  }

  /** Place in `counts`; what lies below or above the first rows has a bin of its own at either end. */
  private binOf(line: number, rows: ArrayLike<number>, at: number): number {
    const place = Math.floor((this.project(line, rows, at) - this.low[line]!) / this.step[line]!);
    const bin = place >= 0 ? Math.min(place, this.bins) : -1;
    return line * (this.bins + 2) + bin + 1;
  }
}
