/** Batches that arrived by themselves and wait for the engine: bounded, so that whoever pushes must wait or is counted as lost. */
import { setImmediate as turn } from 'node:timers/promises';
import type { LineBatch } from '../../model/line.ts';

/** Lines and UTF-16 units of text that may wait. */
export interface QueueBounds {
  readonly maxLines: number;
  readonly maxChars: number;
}

/** 65536 lines, 32 Mi units. */
export const QUEUE_BOUNDS: QueueBounds = { maxLines: 65_536, maxChars: 32 * 1024 * 1024 };

interface Queued {
  batch: LineBatch;
  chars: number;
  readonly taken: (() => void)[];
  /** The batch's own lists once others were joined to it. */
  lists: { readonly texts: string[]; readonly offsets: number[] } | null;
}

/** Batches of one stream that wait one behind the other are handed on as one, up to so many lines: each costs the engine a turn. */
const JOINED_LINES = 1024;

/** A queue between whoever receives and the engine that pulls. */
export class BatchQueue {
  /** Lines waiting. */
  lines = 0;
  private chars = 0;
  private readonly items: Queued[] = [];
  private head = 0;
  private wake: (() => void) | null = null;
  private readonly room = new Set<() => void>();
  private readonly bounds: QueueBounds;

  constructor(bounds: QueueBounds = QUEUE_BOUNDS) {
    this.bounds = bounds;
  }

  /** True when nothing more should be pushed for now. */
  get full(): boolean {
    return this.lines >= this.bounds.maxLines || this.chars >= this.bounds.maxChars;
  }

  /** Adds a batch; `taken` is called when the engine has walked all its lines. */
  push(batch: LineBatch, taken?: () => void): void {
    let chars = 0;
    for (const text of batch.texts) chars += text.length;
    const last = this.items.length > this.head ? this.items.at(-1) : undefined;
    if (last !== undefined && isNext(last.batch, batch)) {
      join(last, batch);
      last.chars += chars;
      if (taken !== undefined) last.taken.push(taken);
    } else this.items.push({ batch, chars, taken: taken === undefined ? [] : [taken], lists: null });
    this.lines += batch.texts.length;
    this.chars += chars;
    this.wake?.();
  }

  /** Adds a batch and resolves when the engine has taken it: whoever reads an origin by itself waits like this. */
  handOver(batch: LineBatch, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        signal.removeEventListener('abort', done);
        resolve();
      };
      signal.addEventListener('abort', done);
      this.push(batch, done);
    });
  }

  /** Calls back once, when there is room again. */
  onRoom(call: () => void): void {
    this.room.add(call);
  }

  /** Resolves when there is room. */
  async waitForRoom(signal: AbortSignal): Promise<void> {
    while (this.full && !signal.aborted)
      await new Promise<void>((resolve) => {
        const done = (): void => {
          signal.removeEventListener('abort', done);
          this.room.delete(done);
          resolve();
        };
        signal.addEventListener('abort', done);
        this.onRoom(done);
      });
  }

  /** Yields what is pushed until the signal aborts, and then what is left; sockets get their turn between batches. */
  async *drain(signal: AbortSignal): AsyncGenerator<LineBatch> {
    const ring = (): void => this.wake?.();
    signal.addEventListener('abort', ring);
    try {
      for (;;) {
        const item = this.shift();
        if (item === null) {
          if (signal.aborted) return;
          await this.arrival(signal);
          continue;
        }
        yield item.batch;
        this.lines -= item.batch.texts.length;
        this.chars -= item.chars;
        for (const call of item.taken) call();
        this.tellRoom();
        await turn();
      }
    } finally {
      signal.removeEventListener('abort', ring);
    }
  }

  private shift(): Queued | null {
    const item = this.items[this.head];
    if (item === undefined) return null;
    this.head++;
    if (this.head === this.items.length) {
      this.items.length = 0;
      this.head = 0;
    } else if (this.head >= 1024) {
      this.items.splice(0, this.head);
      this.head = 0;
    }
    return item;
  }

  private async arrival(signal: AbortSignal): Promise<void> {
    if (this.items.length > this.head || signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    this.wake = null;
  }

  private tellRoom(): void {
    if (this.room.size === 0 || this.lines > this.bounds.maxLines / 2 || this.chars > this.bounds.maxChars / 2) return;
    const waiting = [...this.room];
    this.room.clear();
    for (const call of waiting) call();
  }
}

function isNext(last: LineBatch, batch: LineBatch): boolean {
  return (
    last.source === batch.source &&
    last.generation === batch.generation &&
    last.passed === undefined &&
    batch.passed === undefined &&
    last.texts.length + batch.texts.length <= JOINED_LINES
  );
}

/** Adds the lines; the later position stands for both. */
function join(item: Queued, batch: LineBatch): void {
  item.lists ??= { texts: [...item.batch.texts], offsets: [...item.batch.offsets] };
  for (const text of batch.texts) item.lists.texts.push(text);
  for (const offset of batch.offsets) item.lists.offsets.push(offset);
  item.batch = { ...item.batch, ...item.lists, checkpoint: batch.checkpoint };
}
