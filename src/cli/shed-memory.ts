/** Keeps the memory of a process small that lives beside others for months, without slowing it while there is much to do. */
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * To be called once nothing waits: one full collection, some milliseconds long, gives back what starting or a backlog took; from
 * then on garbage is collected as soon as the heap has grown by 15 %.
 */
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

/**
 * Starting and a backlog make much garbage beside little that lives. Collecting it as soon as when idle would cost half of the
 * speed; but the heap is not let grow to thrice what lives in it.
 */
export function restrainHeap(): void {
  setFlagsFromString('--no-optimize-for-size');
  setFlagsFromString('--heap-growing-percent=50');
}

/** The same, to be called now and then by what may well end before its heap is large. */
export function restrainLargeHeap(): void {
  if (getHeapStatistics().total_heap_size >= LARGE_HEAP) restrainHeap();
}
