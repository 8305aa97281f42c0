/** Gives the memory that starting took back to the system: rules and schemas leave much garbage that an idle process would keep. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One full collection, some milliseconds long; from then on garbage is collected sooner: the process lives beside others for months. */
export function shedMemory(): void {
  setFlagsFromString('--optimize-for-size');
  setFlagsFromString('--heap-growing-percent=15');
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void)({
    type: 'major',
    execution: 'sync',
    flavor: 'last-resort',
  });
}

/** A heap larger than this, in bytes, is collected sooner. */
const LARGE_HEAP = 192 * 1024 * 1024;

/** To be called now and then: a replay makes much garbage beside little that lives; once there is much, it is not let grow to thrice that. */
export function restrainHeap(): () => void {
  let isRestrained = false;
  return () => {
    if (isRestrained || getHeapStatistics().total_heap_size < LARGE_HEAP) return;
    isRestrained = true;
    setFlagsFromString('--heap-growing-percent=50');
  };
}
