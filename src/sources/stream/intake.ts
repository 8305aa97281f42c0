/** Lines that others push: numbered over all their streams, queued within bounds, remembered for evidence. */
import type { LineBatch, LineRef, SourceRef } from '../../model/line.ts';
import { BatchQueue, QUEUE_BOUNDS, type QueueBounds } from './batch-queue.ts';
import { LineMemory } from './line-memory.ts';

/** The way in of a source that is pushed to. */
export class Intake {
  readonly queue: BatchQueue;
  private readonly memory = new LineMemory();
  private next = 0;
  /** Lines received in another run are other lines, whatever their number. */
  private readonly generation: string;
  private readonly now: () => number;

  constructor(now: () => number, bounds: QueueBounds = QUEUE_BOUNDS) {
    this.queue = new BatchQueue(bounds);
    this.now = now;
    this.generation = `run-${now().toString(36)}-${process.pid.toString(36)}`;
  }

  /** Lines pushed so far, as checkpoints count them. */
  get received(): number {
    return this.next;
  }

  /** Queues lines of one stream; `taken` is called when the engine has walked them. */
  push(source: SourceRef, texts: readonly string[], taken?: () => void): void {
    if (texts.length === 0) {
      taken?.();
      return;
    }
    const first = this.next;
    this.next += texts.length;
    const offsets = new Array<number>(texts.length);
    for (let index = 0; index < offsets.length; index++) offsets[index] = first + index;
    const { generation } = this;
    // A generation is one stream's: what is read again after a restart never takes the place of these.
    this.queue.push(
      { source, generation, texts, offsets, checkpoint: { received: this.next }, readAt: this.now() },
      taken,
    );
  }

  /** What was pushed, for the engine. */
  async *drain(signal: AbortSignal): AsyncGenerator<LineBatch> {
    for await (const batch of this.queue.drain(signal)) {
      this.memory.remember(batch);
      yield batch;
    }
  }

  /** The text of a line received not long ago. */
  textAt(place: LineRef): string | null {
    return this.memory.textAt(place);
  }
}
