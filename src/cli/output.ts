/** What all verbs print with: JSON lines or plain text, colours only on a terminal, hostile text made visible. */
import { writeSync } from 'node:fs';
import pc from 'picocolors';
import type { Level } from '../model/detection.ts';

/** Colours for standard output; plain text when it is no terminal or NO_COLOR is set. */
export const colours = pc.createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);

/** A writer that gathers text and writes it in large pieces; slow readers make it wait. */
export function createWriter(): { line(text: string): void; flush(): void } {
  let parts: string[] = [];
  let size = 0;
  const flush = (): void => {
    const bytes = Buffer.from(parts.join(''), 'utf8');
    parts = [];
    size = 0;
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
      parts.push(text, '\n');
      size += text.length;
      if (size > 65_536) flush();
    },
    flush,
  };
}

/** A level in its colour; the word says it too. */
export function levelText(level: Level, word: string = level): string {
  if (level === 'critical' || level === 'high') return colours.red(word);
  return level === 'medium' ? colours.yellow(word) : colours.dim(word);
}
