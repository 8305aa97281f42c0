/** The watch's end of the thread of deep models: starts it when it is first needed, again when it broke, and never waits for it. */
import { Worker } from 'node:worker_threads';
import type { Log } from '../../../kit/log.ts';
import { DeepCore } from './deep-core.ts';
import { type DeepBatch, type DeepTask, type DeepWord, KEEP } from './words.ts';

/** Where batches go. */
export interface DeepLink {
  /** Numbers and rows sent and not yet answered. */
  readonly waiting: number;
  post(batch: DeepBatch): void;
  /** Resolves once all that was learned from what was posted is told, or after a short while: a stop waits for it. */
  keep(): Promise<void>;
  stop(): Promise<void>;
}

/** A thread's first and longest wait before it is started again, and its memory. */
const RESTART_MS = 1000;
const RESTART_MAX_MS = 300_000;
const HEAP_MB = 128;
/** A stop waits no longer for what the thread learned. */
const KEEP_MS = 2000;

/** A thread. `task` is asked for at each start, for it holds what was learned by then; `lost`: it broke, what was under way is gone. */
export function threadLink(task: () => DeepTask, told: (word: DeepWord) => void, lost: () => void, log: Log): DeepLink {
  let waiting = 0;
  let wait = RESTART_MS;
  let startAt = 0;
  let worker: Worker | null = null;
  let stopped = false;
  let kept = (): void => {};

  function start(): Worker {
    const made = new Worker(new URL('./deep-thread.ts', import.meta.url), {
      workerData: task(),
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
      // Log text goes to nobody's console.
      stdout: true,
      stderr: true,
    });
    made.unref();
    made.on('message', (word: DeepWord) => {
      if (word.kind === 'answer') {
        waiting = Math.max(0, waiting - word.events - word.rows);
        wait = RESTART_MS;
      }
      if (word.kind === 'kept') kept();
      else told(word);
    });
    made.on('error', (error: Error) =>
      log('error', 'the thread of deep models broke', { error: error.message, inMs: wait }),
    );
    made.on('exit', () => {
      if (stopped || worker !== made) return;
      worker = null;
      waiting = 0;
      kept();
      startAt = Date.now() + wait;
      wait = Math.min(wait * 2, RESTART_MAX_MS);
      lost();
    });
    return made;
  }

  return {
    get waiting() {
      return worker === null && Date.now() < startAt ? Number.POSITIVE_INFINITY : waiting;
    },
    post(batch) {
      if (stopped || (worker === null && Date.now() < startAt)) return;
      worker ??= start();
      waiting += batch.events.length + batch.rows.length;
      worker.postMessage(batch);
    },
    keep() {
      if (worker === null) return Promise.resolve();
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, KEEP_MS);
      kept = () => {
        clearTimeout(timer);
        resolve();
      };
      worker.postMessage(KEEP);
      return promise;
    },
    async stop() {
      stopped = true;
      await worker?.terminate();
    },
  };
}

/** The same in place, for learning from whole files: sessions are collected, and what people bring is not asked. */
export function placeLink(
  task: () => DeepTask,
  told: (word: DeepWord) => void,
): DeepLink & { save(): void; core(): DeepCore } {
  let made: DeepCore | null = null;
  const core = (): DeepCore => {
    made ??= new DeepCore({ ...task(), own: [] }, told);
    return made;
  };
  return {
    waiting: 0,
    core,
    post(batch) {
      const sessions = core().takeEvents(batch);
      told({ kind: 'answer', events: batch.events.length, rows: batch.rows.length, sessions, odd: [] });
    },
    save() {
      for (const [key, value] of core().saved()) told({ kind: 'save', key, value });
    },
    async keep() {},
    async stop() {},
  };
}
