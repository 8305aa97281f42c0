/** A bar for long work, on the terminal of standard error only. */

const WIDTH = 24;
const EVERY_MS = 100;

/** Draws how much is done; nothing where nobody looks. */
export interface ProgressBar {
  at(done: number, lines: number): void;
  clear(): void;
}

/** A bar, silent unless standard error is a terminal and `wanted`. */
export function createProgressBar(wanted: boolean): ProgressBar {
  const isShown = wanted && process.stderr.isTTY === true;
  let told = 0;
  return {
    at(done, lines) {
      if (!isShown || Date.now() - told < EVERY_MS) return;
      told = Date.now();
      const full = Math.round(done * WIDTH);
      const bar = '█'.repeat(full) + '░'.repeat(WIDTH - full);
      process.stderr.write(`\r${bar} ${String(Math.round(done * 100)).padStart(3)} %  ${lines.toLocaleString()} `);
    },
    clear() {
      if (isShown) process.stderr.write('\r\x1b[K');
    },
  };
}
