/** What all verbs print with: JSON lines or plain text, colours only on a terminal, hostile text made visible. */
import { writeSync } from 'node:fs';
import pc from 'picocolors';
import type { Level } from '../model/detection.ts';

/** Colours for standard output; plain text when it is no terminal or NO_COLOR is set. */
export const colours = pc.createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);

/** Characters that are gathered before they are written. */
const PIECE = 65_536;

/** A writer that gathers text and writes it in large pieces; slow readers make it wait. */
export function createWriter(): { line(text: string): void; flush(): void } {
  // What of this is never used is never touched.
  const room = Buffer.allocUnsafeSlow(4 * PIECE);
  let gathered = '';
  const flush = (): void => {
    // A character becomes three bytes at most.
    const fits = gathered.length * 3 <= room.length;
    const bytes = fits ? room.subarray(0, room.write(gathered)) : Buffer.from(gathered);
    gathered = '';
    for (let at = 0; at < bytes.length; ) {
      try {
        at += writeSync(1, bytes, at);
      } catch (error) {
        const code = (error as NodeJS.ErrnoException).code;
        if (code === 'EPIPE') process.exit(0);
        if (code !== 'EAGAIN') throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
      }
    }
  };
  return {
    line(text) {
      gathered = `${gathered}${text}\n`;
      if (gathered.length > PIECE) flush();
    },
    flush,
  };
}

/** A level in its colour; the word says it too. */
export function levelText(level: Level, word: string = level): string {
  if (level === 'critical' || level === 'high') return colours.red(word);
  return level === 'medium' ? colours.yellow(word) : colours.dim(word);
}
