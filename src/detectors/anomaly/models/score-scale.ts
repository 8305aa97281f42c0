/**
 * Puts scores of any detector on one scale: how surprising, in nats, is a score as high as this one among those known? Within what is
 * known it is minus the logarithm of the share above; beyond, it goes on along an exponential tail.
 */

/** A scale made from known scores. */
export class ScoreScale {
  private readonly sorted: Float64Array;
  private readonly top: number;
  private readonly slope: number;

  constructor(scores: Float64Array) {
    this.sorted = scores.slice().sort();
    const count = this.sorted.length;
    const from = Math.floor(count * 0.95);
    this.top = this.sorted[count - 1] ?? 0;
    let excess = 0;
    for (let n = from; n < count; n++) excess += this.sorted[n]! - this.sorted[from]!;
    this.slope = excess / Math.max(1, count - from);
  }

  /** Surprise of a score, 0 for the lowest. */
  surpriseOf(score: number): number {
    const { sorted } = this;
    const count = sorted.length;
    if (count === 0) return 0;
    if (score > this.top) {
      const most = Math.log(count + 1);
      return this.slope > 0 ? most + Math.min(40, (score - this.top) / this.slope) : most + 1;
    }
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sorted[middle]! < score) low = middle + 1;
      else high = middle;
    }
    return -Math.log((count - low + 0.5) / (count + 1));
  }

  /** The value below which this share of the known scores lies. */
  quantile(share: number): number {
    return this.sorted[Math.min(this.sorted.length - 1, Math.floor(this.sorted.length * share))] ?? 0;
  }
}
