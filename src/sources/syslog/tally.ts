/** What a source that listens counts besides lines. */

/** Running totals, written by listeners, read by health(). */
export interface Tally {
  /** Messages thrown away because the queue was full. */
  dropped: number;
  /** Datagrams the kernel threw away. */
  kernelDropped: number;
  malformed: number;
  /** Messages or connections of those who may not send. */
  refused: number;
  truncated: number;
  /** Connections now. */
  connections: number;
}

/** All zero. */
export function newTally(): Tally {
  return { dropped: 0, kernelDropped: 0, malformed: 0, refused: 0, truncated: 0, connections: 0 };
}
