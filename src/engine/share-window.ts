/** What share of the last minutes' lines was understood. */

/** Half of the window in which the share of decoded lines is taken. */
const SHARE_HALF_MS = 300_000;

/** Two halves of a sliding window; the older one is dropped when the newer is full. */
export interface ShareWindow {
  since: number;
  lines: number;
  decoded: number;
  lastLines: number;
  lastDecoded: number;
}

/** Moves on to the time of the next lines. */
export function slide(window: ShareWindow, at: number): void {
  if (at - window.since < SHARE_HALF_MS) return;
  const old = at - window.since >= 2 * SHARE_HALF_MS;
  window.lastLines = old ? 0 : window.lines;
  window.lastDecoded = old ? 0 : window.decoded;
  window.lines = 0;
  window.decoded = 0;
  window.since = at;
}
