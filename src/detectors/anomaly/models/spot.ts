/**
 * A threshold from a stated risk: SPOT and DSPOT of Siffer, Fouque, Termier and Largouet, "Anomaly Detection in Streams with
 * Extreme Value Theory", KDD 2017. What lies above a high quantile follows a generalised Pareto distribution; its tail says where
 * only a share `risk` of usual values is higher.
 */
import { packNumbers, unpackNumbers } from './pack-numbers.ts';
import { fitPareto, type Pareto } from './pareto.ts';

/** How a threshold is kept. */
export interface SpotOptions {
  /** Share of usual values that may be called unusual, e.g. 0.001. */
  readonly risk: number;
  /** Quantile above which a value belongs to the tail. */
  readonly level?: number;
  /** Most values of the tail that are kept: the newest. */
  readonly maxPeaks?: number;
  /** DSPOT: values are taken relative to the mean of so many usual values before them; 0 for a level that does not drift. */
  readonly drift?: number;
}

/** A threshold as it is kept. */
export interface SavedSpot {
  readonly risk: number;
  readonly maxPeaks: number;
  readonly recent: string;
  readonly recentCount: number;
  readonly peaks: string;
  readonly above: number;
  readonly count: number;
  readonly clipped: number;
  readonly start: number;
}

const MIN_PEAKS = 10;
/** The tail is fitted anew when it has grown by this share: each fit looks at every peak. */
const REFIT = 0.05;
/** Where a bounded tail is left for an exponential one: this near to its end, as a share of its length. */
const BOUND = 0.02;

/** A threshold that learns from every usual value. */
export class Spot {
  private readonly risk: number;
  private readonly maxPeaks: number;
  private readonly recent: Float64Array;
  private recentSum = 0;
  private recentCount = 0;
  private peaks: number[] = [];
  private above = 0;
  private count = 0;
  private clipped = 0;
  private start = Number.POSITIVE_INFINITY;
  private tail: Pareto = { shape: 0, scale: 0 };
  private fittedAt = 0;
  private limit = Number.POSITIVE_INFINITY;

  /** Learns from first values (a few hundred at least). Throws RangeError for a risk or level that makes no sense. */
  constructor(first: Float64Array, options: SpotOptions) {
    const { risk, level = 0.98, maxPeaks = 2000, drift = 0 } = options;
    if (!(risk > 0 && risk < 1 - level && level < 1)) throw new RangeError('risk must lie between 0 and 1 - level');
    if (first.length < 100) throw new RangeError('a threshold needs at least 100 first values');
    if (!Number.isInteger(drift) || drift < 0 || drift >= first.length)
      throw new RangeError('drift must be a whole number below the number of first values');
    this.risk = risk;
    this.maxPeaks = maxPeaks;
    this.recent = new Float64Array(drift);
    const relative: number[] = [];
    for (const value of first) {
      if (this.recentCount >= drift) relative.push(value - this.base());
      this.slide(value);
    }
    const sorted = Float64Array.from(relative).sort();
    this.start = sorted[Math.floor(sorted.length * level)] ?? Number.POSITIVE_INFINITY;
    this.count = sorted.length;
    this.peaks = relative.filter((value) => value > this.start).map((value) => value - this.start);
    this.above = this.peaks.length;
    this.refit();
  }

  /** The threshold as JSON. */
  save(): SavedSpot {
    return {
      risk: this.risk,
      maxPeaks: this.maxPeaks,
      recent: packNumbers(this.recent),
      recentCount: this.recentCount,
      peaks: packNumbers(Float64Array.from(this.peaks)),
      above: this.above,
      count: this.count,
      clipped: this.clipped,
      start: this.start,
    };
  }

  /** A threshold from its JSON. Throws RangeError for one that holds no numbers. */
  static load(saved: SavedSpot): Spot {
    const peaks = unpackNumbers(saved.peaks, Float64Array);
    const recent = unpackNumbers(saved.recent, Float64Array);
    if (![saved.start, saved.above, saved.count, ...peaks, ...recent].every(Number.isFinite))
      throw new RangeError('a saved threshold holds something that is no number');
    const first = new Float64Array(100 + recent.length);
    const spot = new Spot(first, { risk: saved.risk, maxPeaks: saved.maxPeaks, drift: recent.length });
    spot.recent.set(recent);
    spot.recentCount = saved.recentCount;
    spot.recentSum = recent.reduce((sum, each) => sum + each, 0);
    spot.peaks = [...peaks];
    spot.above = Math.max(saved.above, peaks.length);
    spot.count = Math.max(1, saved.count);
    spot.clipped = saved.clipped;
    spot.start = saved.start;
    spot.refit();
    return spot;
  }

  /** The value above which one is unusual now. */
  threshold(): number {
    return this.limit + this.base();
  }

  /**
   * True for an unusual value. Usual ones are learned; unusual ones as if they lay at the threshold, and only as many as the stated
   * risk foresees: leaving all of them out would cut the tail and lower the threshold, learning all would let an attacker lift it.
   */
  observe(value: number): boolean {
    const threshold = this.threshold();
    if (value <= threshold) {
      this.learn(value);
      return false;
    }
    if (this.clipped < this.risk * this.count) {
      this.clipped++;
      this.learn(threshold);
    }
    return true;
  }

  /** Takes a usual value in. */
  learn(value: number): void {
    const relative = value - this.base();
    this.count++;
    this.slide(value);
    if (relative <= this.start) return;
    this.above++;
    this.peaks.push(relative - this.start);
    if (this.peaks.length > this.maxPeaks) this.peaks.shift();
    if (this.above >= this.fittedAt * (1 + REFIT)) this.refit();
  }

  /**
   * Share of usual values above this one, by the fitted tail; 1 for a value that is not in the tail. Beyond the end of a bounded
   * tail it falls on exponentially, so that stranger values still rank higher.
   */
  tailOf(value: number): number {
    const excess = value - this.base() - this.start;
    if (!(excess > 0) || this.peaks.length < MIN_PEAKS) return 1;
    const { shape, scale } = this.tail;
    const share = this.above / this.count;
    if (Math.abs(shape) < 1e-9) return share * Math.exp(-excess / scale);
    const inner = 1 + (shape * excess) / scale;
    if (inner > BOUND) return share * inner ** (-1 / shape);
    return share * BOUND ** (-1 / shape) * Math.exp(-(excess + (scale * (1 - BOUND)) / shape) / scale);
  }

  private base(): number {
    return this.recent.length === 0 ? 0 : this.recentSum / Math.max(1, Math.min(this.recentCount, this.recent.length));
  }

  private slide(value: number): void {
    if (this.recent.length === 0) return;
    const at = this.recentCount % this.recent.length;
    this.recentSum += value - (this.recentCount < this.recent.length ? 0 : this.recent[at]!);
    this.recent[at] = value;
    this.recentCount++;
  }

  private refit(): void {
    this.fittedAt = this.above;
    if (this.peaks.length < MIN_PEAKS) return;
    this.tail = fitPareto(this.peaks);
    const ratio = (this.risk * this.count) / this.above;
    const { shape, scale } = this.tail;
    this.limit =
      this.start + (Math.abs(shape) < 1e-9 ? -scale * Math.log(ratio) : (scale / shape) * (ratio ** -shape - 1));
  }
}
