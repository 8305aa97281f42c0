/**
 * What is usual for one program's lines: a reservoir of rows and the forest grown from it. A forest cannot tell a row far outside
 * from its own outermost row (no split lies beyond it), so unusual means both: a high score, and a feature beyond all seen.
 */

import { FEATURES, rowOf } from './line-features.ts';
import { IsolationForest, type SavedForest } from './models/isolation-forest.ts';
import { createRandom } from './models/random.ts';

const RESERVOIR = 1024;
const WIDTH = FEATURES.length;
/** Scores kept by row: a power of two; a row that falls on another's place takes it. */
const REMEMBERED = 4096;
const NONE = new Float64Array(0);
/** The forest is grown anew when this many times more lines were seen than at the last growth. */
const REGROW = 4;
/** Features that are counts come first; beyond their range by twice its width and so many characters is far. */
const COUNTS = 4;
const FAR = 64;
/** Share of usual rows below the threshold. */
const QUANTILE = 0.98;
/** A score below this is never unusual, however narrow the usual ones are: 0.5 is the paper's ordinary point. */
const LEAST_THRESHOLD = 0.55;

/** A model as it is kept. */
export interface SavedModel {
  readonly seen: number;
  readonly rows: readonly number[];
  readonly forest: SavedForest | null;
  readonly threshold: number;
  readonly grownAt: number;
  /** Log time of the last growth, ms since the epoch; missing in older states. */
  readonly grownTime?: number;
  /** Unusual lines so far; missing in older states. */
  readonly unusual?: number;
}

/** A model that learns row by row. */
export class ProgramModel {
  seen = 0;
  /** Unusual lines so far. */
  unusual = 0;
  threshold = 1;
  dirty = false;
  /** Rows seen when it was last saved. */
  private savedSeen = 0;
  private forest: IsolationForest | null = null;
  private rows: number[] = [];
  private grownAt = 0;
  private grownTime = 0;
  private readonly random: () => number;
  /** Made with the first forest: most programs never say enough for one. */
  private rememberedRow = NONE;
  private rememberedScore = NONE;
  /** The forest as it is saved, made once for each growth. */
  private saved: SavedForest | null = null;
  private readonly row = new Float64Array(WIDTH);
  private readonly low = new Float64Array(WIDTH);
  private readonly high = new Float64Array(WIDTH);
  private shortest = 0;
  private longest = 0;

  constructor(seed: number) {
    this.random = createRandom(seed);
  }

  /** Takes a usual row in (Vitter's reservoir sampling, algorithm R). */
  learn(packed: number): void {
    this.seen++;
    if (this.rows.length < RESERVOIR) this.rows.push(packed);
    else {
      const at = Math.floor(this.random() * this.seen);
      if (at < RESERVOIR) this.rows[at] = packed;
    }
  }

  /** Grows the forest anew when it is time. */
  growWhenDue(learnLines: number, time: number, retrainMs: number): void {
    if (this.seen < learnLines) return;
    const isOld = time - this.grownTime >= retrainMs && this.seen > this.grownAt;
    if (this.seen < this.grownAt * REGROW && !isOld) return;
    const matrix = new Float64Array(this.rows.length * WIDTH);
    for (const [index, packed] of this.rows.entries()) rowOf(packed, matrix, index * WIDTH);
    this.forest = IsolationForest.fit(matrix, WIDTH, { trees: 50, sampleSize: 256, seed: this.seen });
    this.forgetScores();
    this.saved = null;
    const scores = this.forest.score(matrix).sort();
    this.threshold = Math.max(LEAST_THRESHOLD, scores[Math.floor(scores.length * QUANTILE)] ?? 1);
    this.measureRange();
    this.grownAt = this.seen;
    this.grownTime = time;
    this.dirty = true;
  }

  /** The score of a row, null while still learning. */
  score(packed: number): number | null {
    if (this.forest === null) return null;
    const place = (packed ^ (packed / 4096)) & (REMEMBERED - 1);
    if (this.rememberedRow[place] === packed) return this.rememberedScore[place]!;
    rowOf(packed, this.row);
    const score = this.forest.scoreOne(this.row);
    this.rememberedRow[place] = packed;
    this.rememberedScore[place] = score;
    return score;
  }

  private forgetScores(): void {
    if (this.rememberedRow === NONE) {
      this.rememberedRow = new Float64Array(REMEMBERED);
      this.rememberedScore = new Float64Array(REMEMBERED);
    }
    this.rememberedRow.fill(-1);
  }

  /** True when a line of this length may be passed over now and then: no longer and no shorter than many before it. */
  isUsualLength(length: number): boolean {
    return length <= this.longest && length >= this.shortest;
  }

  /** True for a row far outside, or one that scores high and has a feature beyond everything usual. */
  isUnusual(packed: number): boolean {
    const score = this.score(packed);
    if (score === null) return false;
    rowOf(packed, this.row);
    if (this.isFar()) return true;
    if (score <= this.threshold) return false;
    return this.row.some((value, feature) => value < this.low[feature]! || value > this.high[feature]!);
  }

  /** A count so far above all seen that no forest need be asked: it gives what lies far outside the score of its outermost row. */
  private isFar(): boolean {
    for (let feature = 0; feature < COUNTS; feature++) {
      const range = this.high[feature]! - this.low[feature]!;
      if (this.row[feature]! > this.high[feature]! + 2 * range + FAR) return true;
    }
    return false;
  }

  private measureRange(): void {
    this.low.fill(Number.POSITIVE_INFINITY);
    this.high.fill(Number.NEGATIVE_INFINITY);
    for (const packed of this.rows) {
      rowOf(packed, this.row);
      for (const [feature, value] of this.row.entries()) {
        if (value < this.low[feature]!) this.low[feature] = value;
        if (value > this.high[feature]!) this.high[feature] = value;
      }
    }
    this.shortest = this.low[0]!;
    this.longest = this.high[0]!;
  }

  /** The features that made a row unusual, strongest first, each with its value and the usual range (5 to 95 of 100). */
  explain(packed: number): { feature: string; share: number; value: number; low: number; high: number }[] {
    if (this.forest === null) return [];
    rowOf(packed, this.row);
    const shares = this.forest.explain(this.row);
    return [...FEATURES.keys()]
      .map((index) => ({
        feature: FEATURES[index]!,
        share: shares[index]!,
        value: this.row[index]!,
        ...this.usual(index),
      }))
      .sort((a, b) => b.share - a.share);
  }

  /** The middle and the upper end (98 of 100) of each feature; empty while learning. */
  usuals(): { name: string; usual: number; high: number }[] {
    if (this.forest === null) return [];
    const matrix = new Float64Array(this.rows.length * WIDTH);
    for (const [index, packed] of this.rows.entries()) rowOf(packed, matrix, index * WIDTH);
    return FEATURES.map((name, feature) => {
      const values = Float64Array.from(this.rows, (_, index) => matrix[index * WIDTH + feature]!).sort();
      const at = (share: number): number => Number(values[Math.floor((values.length - 1) * share)]!.toFixed(3));
      return { name, usual: at(0.5), high: at(0.98) };
    });
  }

  private usual(feature: number): { low: number; high: number } {
    const row = new Float64Array(WIDTH);
    const values = this.rows.map((packed) => {
      rowOf(packed, row);
      return row[feature]!;
    });
    values.sort((a, b) => a - b);
    return { low: values[Math.floor(values.length * 0.05)] ?? 0, high: values[Math.floor(values.length * 0.95)] ?? 0 };
  }

  /** True when it learned since it was saved. */
  get isNewer(): boolean {
    return this.seen !== this.savedSeen;
  }

  save(): SavedModel {
    this.savedSeen = this.seen;
    this.saved ??= this.forest?.toJSON() ?? null;
    return {
      seen: this.seen,
      rows: this.rows,
      forest: this.saved,
      threshold: this.threshold,
      grownAt: this.grownAt,
      grownTime: this.grownTime,
      unusual: this.unusual,
    };
  }

  load(saved: SavedModel): void {
    this.seen = saved.seen;
    this.savedSeen = saved.seen;
    this.unusual = saved.unusual ?? 0;
    this.rows = [...saved.rows];
    this.saved = null;
    // States of before kept a forest's nodes as lists of numbers: such a model keeps its rows and grows anew.
    const isOlder = saved.forest !== null && Array.isArray(saved.forest.split);
    this.forest = saved.forest === null || isOlder ? null : IsolationForest.fromJSON(saved.forest);
    if (this.forest !== null) this.forgetScores();
    this.threshold = isOlder ? 1 : saved.threshold;
    this.grownAt = isOlder ? 0 : saved.grownAt;
    this.grownTime = isOlder ? 0 : (saved.grownTime ?? 0);
    this.measureRange();
  }
}
