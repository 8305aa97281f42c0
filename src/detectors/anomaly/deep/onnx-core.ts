/** Judges windows by models that people bring: each score beside those of the windows before it. Lives in the thread of deep models. */
import { type OnnxModel, openOnnx } from '../models/onnx-model.ts';
import { UsualScores } from './usual-scores.ts';
import type { DeepState, OddRow, OwnModel } from './words.ts';

/** How it judges. */
export interface OnnxCoreOptions {
  readonly models: readonly OwnModel[];
  readonly runtime: string;
  /** Findings a day that the budget foresees for all own models. */
  readonly risk: number;
}

/** A row with whom it belongs to. */
export interface OwnRow {
  readonly model: number;
  readonly id: number;
  readonly teaches: boolean;
  readonly row: Float64Array;
}

interface Saved {
  readonly hours: number;
  readonly hour: number;
  readonly models: readonly {
    readonly name: string;
    readonly file: string;
    readonly judged: number;
    readonly scores: readonly number[];
  }[];
}

interface Open {
  readonly own: OwnModel;
  model: OnnxModel | null;
  fault: string | null;
  judged: number;
  scores: UsualScores;
}

const HOUR = 3_600_000;
/** Scores of usual windows before a model may speak. */
const LEAST_SCORES = 100;

/** All models that people bring. */
export class OnnxCore {
  private readonly open: Open[];
  private readonly options: OnnxCoreOptions;
  private hours = 0;
  private hour = 0;
  private dirty = false;

  constructor(options: OnnxCoreOptions) {
    this.options = options;
    this.open = options.models.map((own) => ({ own, model: null, fault: null, judged: 0, scores: new UsualScores() }));
  }

  /** Opens the files; `failed` is told of each that cannot be used, and the others go on. */
  async start(failed: (model: string, error: unknown) => void): Promise<void> {
    for (const each of this.open) {
      const { file, width, output, lowerIsStranger, name } = each.own;
      try {
        each.model = await openOnnx(file, {
          features: width,
          lowerIsStranger,
          runtime: this.options.runtime,
          ...(output === null ? {} : { output }),
        });
        // A file that opens and does not keep the contract is found out now and not at three in the morning.
        await each.model.score(new Float64Array(width));
      } catch (error) {
        each.model = null;
        each.fault = error instanceof Error ? error.message : String(error);
        failed(name, error);
      }
    }
  }

  /** Scores rows, all of one model at once; those that are odd. */
  async take(
    rows: readonly OwnRow[],
    time: number,
    failed: (model: string, error: unknown) => void,
  ): Promise<OddRow[]> {
    const hour = Math.floor(time / HOUR);
    if (hour > this.hour) {
      this.hour = hour;
      this.hours++;
    }
    const odd: OddRow[] = [];
    for (const [number, each] of this.open.entries()) {
      const mine = rows.filter((row) => row.model === number);
      if (mine.length === 0 || each.model === null) continue;
      try {
        const flat = new Float64Array(mine.length * each.own.width);
        for (const [n, { row }] of mine.entries()) flat.set(row, n * each.own.width);
        const scores = await each.model.score(flat);
        for (const [n, row] of mine.entries()) this.judge(each, number, row, scores[n]!, odd);
      } catch (error) {
        each.model = null;
        each.fault = error instanceof Error ? error.message : String(error);
        failed(each.own.name, error);
      }
    }
    return odd;
  }

  private judge(each: Open, model: number, { id, teaches }: OwnRow, score: number, odd: OddRow[]): void {
    if (!Number.isFinite(score)) return;
    const { scores } = each;
    const share = scores.count < LEAST_SCORES ? 1 : scores.shareOf(score);
    const perDay = share * Math.max(1, each.judged / Math.max(1, this.hours / 24));
    const isOdd = scores.count >= LEAST_SCORES && perDay <= this.riskOfOne();
    if (isOdd) odd.push({ id, model, score, share, perDay, usual: scores.thresholdAt(0.5) ?? 0, rows: each.judged });
    if (!teaches) return;
    each.judged++;
    this.dirty = true;
    // An odd score counts as one at the threshold: leaving all out would cut the tail, taking it in would let it be lifted.
    scores.add(isOdd ? (scores.thresholdAt(share) ?? score) : score);
  }

  private riskOfOne(): number {
    return this.options.risk / Math.max(1, this.open.length);
  }

  /** How each model stands. */
  states(): DeepState[] {
    return this.open.map(({ judged, scores, fault }, of) => {
      const ready = fault === null && scores.count >= LEAST_SCORES;
      const perDay = judged / Math.max(1, this.hours / 24);
      return {
        kind: 'own',
        ...{ of, judged, ready, fault },
        rows: judged,
        needed: LEAST_SCORES,
        threshold: ready ? scores.thresholdAt(Math.min(0.5, this.riskOfOne() / Math.max(1, perDay))) : null,
        drift: scores.drift(),
        changes: 0,
        scores: scores.newest(60),
      };
    });
  }

  /** Scores seen, as text; null when nothing changed. */
  save(): string | null {
    if (!this.dirty) return null;
    this.dirty = false;
    const { hours, hour } = this;
    const models = this.open.map(({ own: { name, file }, judged, scores }) => ({
      ...{ name, file, judged },
      scores: scores.toJSON(),
    }));
    return JSON.stringify({ hours, hour, models } satisfies Saved);
  }

  /** Takes saved scores in; those of another file of the same name count no more. */
  load(text: string): void {
    const saved = JSON.parse(text) as Saved;
    this.hours = saved.hours;
    this.hour = saved.hour;
    for (const each of this.open) {
      const mine = saved.models.find(({ name, file }) => name === each.own.name && file === each.own.file);
      if (mine === undefined) continue;
      each.judged = mine.judged;
      each.scores = new UsualScores(mine.scores.filter(Number.isFinite));
    }
  }
}
