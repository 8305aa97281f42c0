/** Work in threads of its own: bounded in number, memory and time, ended at once when nobody listens any more. */
import { constants, setPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { fail } from './errors.ts';

/** Bounds. */
export interface ThreadBounds {
  /** How many run at the same time. */
  readonly most: number;
  readonly maxMs: number;
  readonly heapMb: number;
}

/** Who hears of the work; `done` says that nothing more comes. */
export interface ThreadListener<Word> {
  word(word: Word): void;
  done(word: Word): boolean;
  /** It failed or took too long; nothing more comes. */
  failed(reason: 'time' | 'memory' | 'fault', message: string): void;
}

/** Called in a thread: the watch goes first. On Linux this is the priority of the calling thread alone. */
export function stepBack(): void {
  try {
    setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // Not allowed here; then it runs like the rest.
  }
}

/** Starts work of one kind. */
export interface Threads<Task, Word> {
  /** Throws API_BUSY while too many run. */
  start(task: Task, listener: ThreadListener<Word>): { cancel(): void };
}

/** Threads that run a module, which is given the task as `workerData` and answers with messages. */
export function createThreads<Task, Word>(module: URL, bounds: ThreadBounds): Threads<Task, Word> {
  let running = 0;
  return {
    start(task, listener) {
      if (running >= bounds.most)
        fail('API_BUSY', { message: `${bounds.most} of these are running already`, retry: { afterMs: 2000 } });
      running++;
      const worker = new Worker(module, {
        workerData: task,
        resourceLimits: { maxOldGenerationSizeMb: bounds.heapMb },
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
      const timer = setTimeout(() => lost('time', 'it took too long'), bounds.maxMs);
      timer.unref();
      worker.on('message', (word: Word) => {
        if (over) return;
        if (listener.done(word)) end();
        listener.word(word);
      });
      worker.on('error', (error: NodeJS.ErrnoException) =>
        lost(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? 'memory' : 'fault', error.message),
      );
      worker.on('exit', () => lost('fault', 'it ended early'));
      return { cancel: end };
    },
  };
}
