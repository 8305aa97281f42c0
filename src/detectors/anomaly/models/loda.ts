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

/** So many shares are multiplied before one logarithm is taken; no product of so many can leave the range of a number. */
const TOGETHER = 8;

/** Learns row by row, each row's cost being one pass over the projections. */
export class Loda {
  readonly features: number;
  private readonly projections: number;
  private readonly bins: number;
  private readonly growth: number;
  private readonly width: number;
  private readonly which: Uint16Array;
  /** Bins that a line goes up by for one spread of a feature. */
  private readonly slope: Float64Array;
  /** Place of a line's first bin. */
  private readonly low: Float64Array;
  private readonly centre: Float64Array;
  private readonly spread: Float64Array;
  private readonly counts: Float64Array;
  /** The row looked up last, scaled, and its places in `counts`: what is scored is often learned next. */
  private readonly last: Float64Array;
  private readonly scaled: Float64Array;
  private readonly places: Int32Array;
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
    this.slope = new Float64Array(projections * this.width);
    this.low = new Float64Array(projections);
    this.centre = new Float64Array(features);
    this.spread = new Float64Array(features);
    this.counts = new Float64Array(projections * (bins + 2));
    this.last = new Float64Array(features).fill(Number.NaN);
    this.scaled = new Float64Array(features);
    this.places = new Int32Array(projections);
    this.measureScale(first);
    this.drawLines(createRandom(seed));
    this.measureRange(first);
    for (let at = 0; at + features <= first.length; at += features) this.learn(first, at);
  }

  /** How rare the places of a row are: the mean of minus the logarithm of their share; higher is stranger. */
  score(rows: ArrayLike<number>, at = 0): number {
    this.lookUp(rows, at);
    const { places, counts, projections } = this;
    const least = this.unit * 0.5;
    let sum = 0;
    for (let line = 0; line < projections; ) {
      const end = Math.min(projections, line + TOGETHER);
      let product = 1;
      for (; line < end; line++) product *= counts[places[line]!]! + least;
      sum -= Math.log(product);
    }
    return sum / projections + Math.log(this.total + this.unit * this.bins);
  }

  /** Takes a usual row in. */
  learn(rows: ArrayLike<number>, at = 0): void {
    this.lookUp(rows, at);
    for (const place of this.places) this.counts[place]! += this.unit;
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
        this.slope[line * this.width + n] = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
      }
  }

  /** Makes each line's bins span what the first rows reach. */
  private measureRange(first: Float64Array): void {
    const { features, projections, width, bins, slope, low } = this;
    const high = new Float64Array(projections).fill(Number.NEGATIVE_INFINITY);
    low.fill(Number.POSITIVE_INFINITY);
    for (let at = 0; at + features <= first.length; at += features) {
      this.scale(first, at);
      for (let line = 0; line < projections; line++) {
        const value = this.project(line);
        low[line] = Math.min(low[line]!, value);
        high[line] = Math.max(high[line]!, value);
      }
    }
    for (let line = 0; line < projections; line++) {
      const step = (high[line]! - low[line]!) / bins || 1;
      for (let n = line * width; n < (line + 1) * width; n++) slope[n]! /= step;
      low[line]! /= step;
    }
  }

  private scale(rows: ArrayLike<number>, at: number): void {
    const { features, scaled, centre, spread } = this;
    for (let n = 0; n < features; n++) scaled[n] = (rows[at + n]! - centre[n]!) / spread[n]!;
  }

  private project(line: number): number {
    const { which, slope, scaled, width } = this;
    let sum = 0;
    for (let n = line * width; n < (line + 1) * width; n++) sum += slope[n]! * scaled[which[n]!]!;
    return sum;
  }

  private isLast(rows: ArrayLike<number>, at: number): boolean {
    const { last, features } = this;
    for (let n = 0; n < features; n++) if (rows[at + n] !== last[n]) return false;
    return true;
  }

  /** Places in `counts`; what lies below or above the first rows has a bin of its own at either end. */
  private lookUp(rows: ArrayLike<number>, at: number): void {
    if (this.isLast(rows, at)) return;
    const { features, projections, bins, last, low, places } = this;
    for (let n = 0; n < features; n++) last[n] = rows[at + n]!;
    this.scale(rows, at);
    for (let line = 0; line < projections; line++) {
      const place = Math.floor(this.project(line) - low[line]!);
      places[line] = line * (bins + 2) + (place >= 0 ? Math.min(place, bins) : -1) + 1;
    }
  }
}
