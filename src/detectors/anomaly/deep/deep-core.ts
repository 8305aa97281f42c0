/** Both kinds of deep models behind one door: what the thread runs, and what training without a thread runs in place. */
import { OnnxCore } from './onnx-core.ts';
import { SequenceCore } from './sequence-core.ts';
import {
  type DeepAnswer,
  type DeepBatch,
  type DeepState,
  type DeepTask,
  type DeepWord,
  EVENT_WIDTH,
  type OddSession,
} from './words.ts';

/** Keys of what is kept. */
export const KEPT = { sequence: 'sequence', own: 'own models' } as const;

/** Learns and judges; whoever holds it says when to train. */
export class DeepCore {
  readonly sequence: SequenceCore | null;
  private readonly own: OnnxCore | null;
  private readonly tell: (word: DeepWord) => void;

  constructor(task: DeepTask, tell: (word: DeepWord) => void) {
    this.tell = tell;
    const { learnSessions, retrainMs, riskOfSessions, riskOfOwn, runtime } = task;
    this.sequence = task.sequences ? new SequenceCore({ learnSessions, retrainMs, risk: riskOfSessions }) : null;
    this.own = task.own.length === 0 ? null : new OnnxCore({ models: task.own, runtime, risk: riskOfOwn });
    for (const [key, value] of task.known) this.load(key, value);
  }

  private load(key: string, value: string): void {
    try {
      if (key === KEPT.sequence) this.sequence?.load(value);
      if (key === KEPT.own) this.own?.load(value);
    } catch (error) {
      this.failed(key, error);
    }
  }

  private readonly failed = (model: string, error: unknown): void => {
    const { code = 'MODEL_BROKEN', hint = '' } = error as { code?: string; hint?: string };
    const message = error instanceof Error ? error.message : String(error);
    this.tell({ kind: 'fault', model, code, message, hint });
  };

  /** Opens what people bring. */
  async start(): Promise<void> {
    await this.own?.start(this.failed);
  }

  /** Takes the events of a batch in. */
  takeEvents({ events, time }: DeepBatch): OddSession[] {
    const odd: OddSession[] = [];
    if (this.sequence === null) return odd;
    for (let at = 0; at + EVENT_WIDTH <= events.length; at += EVENT_WIDTH) {
      const found = this.sequence.take(events[at]!, events[at + 1]!, events[at + 2]!, time);
      if (found !== null) odd.push(found);
    }
    return odd;
  }

  /** Takes a whole batch in. */
  async take(batch: DeepBatch): Promise<DeepAnswer> {
    const sessions = this.takeEvents(batch);
    const odd = this.own === null ? [] : await this.own.take(batch.rows, batch.time, this.failed);
    return { kind: 'answer', events: batch.events.length, rows: batch.rows.length, sessions, odd };
  }

  states(): DeepState[] {
    return [...(this.sequence?.states() ?? []), ...(this.own?.states() ?? [])];
  }

  /** What changed since the last call. */
  saved(): (readonly [string, string])[] {
    const [sequence, own] = [this.sequence?.save() ?? null, this.own?.save() ?? null];
    return [
      ...(sequence === null ? [] : [[KEPT.sequence, sequence] as const]),
      ...(own === null ? [] : [[KEPT.own, own] as const]),
    ];
  }
}
