/**
 * How far out a row lies feature by feature: the share of known rows at or beyond its value, both sides alike, as nats of surprise added up
 * (after Li et al., "ECOD: unsupervised outlier detection using empirical cumulative distribution functions", TKDE 2022).
 */

/** Ranks of known rows. */
export class TailRanks {
  private readonly features: number;
  /** Places of a feature: its different values, and one above them. */
  private readonly stride: number;
  /** Different values of each feature. */
  private readonly sizes: Int32Array;
  /** Feature after feature its different values in order. */
  private readonly values: Float64Array;
  /** Surprise of such a value, and of one between it and the value before. */
  private readonly same: Float64Array;
  private readonly between: Float64Array;

  constructor(rows: Float64Array, features: number) {
    const count = Math.floor(rows.length / features);
    this.features = features;
    this.stride = count + 1;
    this.sizes = new Int32Array(features);
    this.values = new Float64Array(this.stride * features);
    this.same = new Float64Array(this.stride * features);
    this.between = new Float64Array(this.stride * features);
    const column = new Float64Array(count);
    for (let feature = 0; feature < features; feature++) {
      for (let n = 0; n < count; n++) column[n] = rows[n * features + feature]!;
      this.takeColumn(feature, column.sort());
    }
  }

  private takeColumn(feature: number, sorted: Float64Array): void {
    const { values, same, between } = this;
    const count = sorted.length;
    /** The surprise where so many lie at or beyond, on the side where they are fewer. */
    const surprise = (beyond: number): number => Math.max(0, -Math.log((2 * beyond + 1) / (count + 1)));
    const first = feature * this.stride;
    let at = first;
    for (let start = 0; start < count; at++) {
      let end = start + 1;
      while (end < count && sorted[end] === sorted[start]) end++;
      values[at] = sorted[start]!;
      same[at] = surprise(Math.min(end, count - start));
      between[at] = surprise(Math.min(start, count - start));
      start = end;
    }
    between[at] = surprise(0);
    this.sizes[feature] = at - first;
  }

  /** The surprise of a row's values; 0 when all lie in the middle. What is not a number lies below all, as in the forests. */
  score(row: ArrayLike<number>): number {
    const { features, stride, sizes, values, same, between } = this;
    let sum = 0;
    for (let feature = 0; feature < features; feature++) {
      const value = row[feature]!;
      const end = feature * stride + sizes[feature]!;
      let at = feature * stride;
      for (let left = sizes[feature]!; left > 0; ) {
        const half = (left + 1) >> 1;
        at += half * Number(values[at + half - 1]! < value);
        left -= half;
      }
      sum += at < end && values[at] === value ? same[at]! : between[at]!;
    }
    return sum;
  }
}
