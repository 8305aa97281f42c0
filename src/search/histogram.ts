/** Counts over time of which the span is not known beforehand: the step grows until all fits into a bounded number of buckets. */

/** Steps in ms that read well on an axis. */
const STEPS = [
  1_000, 5_000, 15_000, 60_000, 300_000, 900_000, 3_600_000, 10_800_000, 21_600_000, 43_200_000, 86_400_000,
  604_800_000, 2_592_000_000, 31_536_000_000,
];
const MAX_BUCKETS = 120;

/** Counts by time; `counts[i]` is of [from + i * stepMs, from + (i + 1) * stepMs). */
export interface Histogram {
  readonly from: number;
  readonly stepMs: number;
  readonly counts: readonly number[];
}

/** A histogram that is being filled. */
export class GrowingHistogram {
  private level = 0;
  private counts = new Map<number, number>();
  private low = Number.POSITIVE_INFINITY;
  private high = Number.NEGATIVE_INFINITY;

  add(at: number): void {
    let bucket = Math.floor(at / STEPS[this.level]!);
    if (bucket < this.low || bucket > this.high) {
      this.low = Math.min(this.low, bucket);
      this.high = Math.max(this.high, bucket);
      while (this.high - this.low >= MAX_BUCKETS && this.level < STEPS.length - 1) this.widen();
      bucket = Math.floor(at / STEPS[this.level]!);
    }
    // A stamp of another century must not make millions of buckets.
    if (this.high - this.low < MAX_BUCKETS) this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
  }

  /** As it is now; null while empty. */
  read(): Histogram | null {
    if (this.counts.size === 0) return null;
    const stepMs = STEPS[this.level]!;
    const counts: number[] = [];
    const first = Math.min(...this.counts.keys());
    const last = Math.max(...this.counts.keys());
    for (let bucket = first; bucket <= last && counts.length < MAX_BUCKETS; bucket++)
      counts.push(this.counts.get(bucket) ?? 0);
    return { from: first * stepMs, stepMs, counts };
  }

  private widen(): void {
    const before = STEPS[this.level++]!;
    const after = STEPS[this.level]!;
    const wider = new Map<number, number>();
    for (const [bucket, count] of this.counts) {
      const next = Math.floor((bucket * before) / after);
      wider.set(next, (wider.get(next) ?? 0) + count);
    }
    this.counts = wider;
    this.low = Math.floor((this.low * before) / after);
    this.high = Math.floor((this.high * before) / after);
  }
}
