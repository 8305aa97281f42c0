/** Starts a search in a thread of its own. */
import { createThreads } from '../kit/thread.ts';
import type { ThreadTask, ThreadWord } from './search-thread.ts';

/** Searches: two at a time, ten minutes each. */
export const searches = createThreads<ThreadTask, ThreadWord>(new URL('./search-thread.ts', import.meta.url), {
  most: 2,
  maxMs: 10 * 60_000,
  heapMb: 384,
});
