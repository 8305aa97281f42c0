/** How rare a score is among the newest usual ones: by extreme value theory where there are enough, and never rarer than their number bears out. */
import { Spot } from '../models/spot.ts';

const KEPT = 600;
/** From so many on a tail is fitted; it is fitted anew when so many more came. */
const LEAST = 300;
const REFIT = 100;
const TAIL = 0.95;
/** The newest of them: how they lie beside the rest is the drift. */
const RECENT = 64;

/** Scores that forget. */
export class UsualScores {
  private scores: number[];
  private sorted: Float64Array | null = null;
  private spot: Spot | null = null;
  private sinceFit = REFIT;

  constructor(scores: readonly number[] = []) {
    this.scores = scores.slice(-KEPT);
  }

  /** Scores held. */
  get count(): number {
    return this.scores.length;
  }

  /** Takes a usual score in. */
  add(score: number): void {
    this.scores.push(score);
    if (this.scores.length > KEPT) this.scores.shift();
    this.sorted = null;
    this.sinceFit++;
  }

  /**
   * Share of usual scores as high as this one, corrected for how few were seen: 1 / (n + 1) at the highest, and e times rarer with each
   * unit beyond it (scores are nats). The fitted tail may only make it more common.
   */
  shareOf(score: number): number {
    const sorted = this.inOrder();
    const count = sorted.length;
    if (count === 0) return 1;
    const above = count - lowerBound(sorted, score);
    const beyond = Math.max(0, score - sorted[count - 1]!);
    const plain = ((above + 1) / (count + 1)) * Math.exp(-beyond);
    return Math.max(plain, this.fitted()?.tailOf(score) ?? 0);
  }

  /** The score that a share `risk` of usual ones reaches, null while there is none. */
  thresholdAt(risk: number): number | null {
    const sorted = this.inOrder();
    if (sorted.length === 0) return null;
    let [low, high] = [sorted[0]!, sorted.at(-1)! + 50];
    for (let n = 0; n < 40; n++) {
      const middle = (low + high) / 2;
      if (this.shareOf(middle) > risk) low = middle;
      else high = middle;
    }
    return high;
  }

  /** 0 when the newest are like the rest, 1 when all of them lie above nine tenths of it. */
  drift(): number {
    const newest = this.scores.slice(-RECENT);
    const rest = Float64Array.from(this.scores.slice(0, -RECENT)).sort();
    if (rest.length < RECENT) return 0;
    const high = rest[Math.floor(rest.length * 0.9)]!;
    const above = newest.filter((each) => each > high).length / newest.length;
    return Math.max(0, (above - 0.1) / 0.9);
  }

  /** Newest scores, oldest first. */
  newest(count: number): number[] {
    return this.scores.slice(-count).map((each) => Number(each.toFixed(2)));
  }

  toJSON(): number[] {
    return this.scores.map((each) => Number(each.toFixed(4)));
  }

  private inOrder(): Float64Array {
    this.sorted ??= Float64Array.from(this.scores).sort();
    return this.sorted;
  }

  private fitted(): Spot | null {
    if (this.scores.length < LEAST) return null;
    if (this.sinceFit >= REFIT) {
      const spot = new Spot(Float64Array.from(this.scores), { risk: 0.001, level: TAIL });
      // Scores that are nearly all equal have no tail to fit.
      this.spot = Number.isFinite(spot.threshold()) ? spot : null;
      this.sinceFit = 0;
    }
    return this.spot;
  }
}

function lowerBound(sorted: Float64Array, value: number): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low;
}
