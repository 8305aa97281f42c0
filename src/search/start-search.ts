/** Starts a search in a thread of its own: bounded in number, memory and time, ended at once when nobody listens. */
import { Worker } from 'node:worker_threads';
import { fail } from '../kit/errors.ts';
import type { ThreadTask, ThreadWord } from './search-thread.ts';

/** Searches at the same time. */
const MAX_RUNNING = 2;
const MAX_MS = 10 * 60_000;
const MAX_HEAP_MB = 384;

let running = 0;

/** Who hears of a running search. */
export interface SearchListener {
  word(word: ThreadWord): void;
  /** It failed or took too long; nothing more comes. */
  failed(reason: 'time' | 'memory' | 'fault', message: string): void;
}

/** A running search. */
export interface RunningSearch {
  cancel(): void;
}

/** Starts one. Throws API_BUSY while others run. */
export function startSearch(task: ThreadTask, listener: SearchListener): RunningSearch {
  if (running >= MAX_RUNNING)
    fail('API_BUSY', { message: `${MAX_RUNNING} searches are running already`, retry: { afterMs: 2000 } });
  running++;
  const worker = new Worker(new URL('./search-thread.ts', import.meta.url), {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
    // Log text goes to nobody's console.
    stdout: true,
    stderr: true,
  });
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    running--;
    clearTimeout(timer);
    void worker.terminate();
  };
  const lost = (reason: 'time' | 'memory' | 'fault', message: string): void => {
    if (over) return;
    end();
    listener.failed(reason, message);
  };
  const timer = setTimeout(() => lost('time', 'it took too long'), MAX_MS);
  timer.unref();
  worker.on('message', (word: ThreadWord) => {
    if (over) return;
    if (word.kind === 'done') end();
    listener.word(word);
  });
  worker.on('error', (error: NodeJS.ErrnoException) =>
    lost(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'fault', error.message),
  );
  worker.on('exit', () => lost('fault', 'the search ended early'));
  return { cancel: end };
}
