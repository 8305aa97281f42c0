/** Looks into the logs themselves: the line at a place, and the last lines that name somebody. Bounded; reads files only. */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import type { LineRef } from '../../model/line.ts';

/** The end of each file that is searched, bytes. */
const TAIL = 16 * 1024 * 1024;
const MAX_LINE = 8192;
/** Lines kept of a file. */
const MAX_HITS = 500;

/** The line of a file source at this place, if it is still there and holds the text; else null. */
export function lineAt(ref: LineRef, mustHold: string): string | null {
  if (!ref.source.startsWith('file:')) return null;
  return withFile(ref.source.slice('file:'.length), null, (fd) => {
    const bytes = Buffer.alloc(MAX_LINE);
    const got = readSync(fd, bytes, 0, MAX_LINE, ref.offset);
    const end = bytes.subarray(0, got).indexOf(10);
    const text = bytes.toString('utf8', 0, end < 0 ? got : end);
    return text.includes(mustHold) ? text : null;
  });
}

/** The last lines of a file that name somebody as a whole word, newest first. */
export function linesNaming(path: string, name: string): string[] {
  const needle = Buffer.from(name, 'utf8');
  if (needle.length < 2) return [];
  return withFile(path, [], (fd) => {
    const { size } = fstatSync(fd);
    const length = Math.min(size, TAIL);
    const bytes = Buffer.alloc(length);
    const got = readSync(fd, bytes, 0, length, size - length);
    const found: string[] = [];
    for (let at = bytes.lastIndexOf(needle, got); at >= 0 && found.length < MAX_HITS; ) {
      const start = at === 0 ? 0 : bytes.lastIndexOf(10, at - 1) + 1;
      const end = bytes.indexOf(10, at);
      const text = bytes.toString('utf8', start, Math.min(end < 0 ? got : end, start + MAX_LINE));
      if (namesWhole(text, name)) found.push(text);
      at = start === 0 ? -1 : bytes.lastIndexOf(needle, start - 1);
    }
    return found;
  });
}

/** `10.0.0.1` does not stand in `10.0.0.17`, nor `bob` in `bobby`. */
function namesWhole(text: string, name: string): boolean {
  const inside = /[\p{L}\p{N}]/u;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const [before = '', after = ''] = [text[at - 1], text[at + name.length]];
    if (!inside.test(before) && !inside.test(after)) return true;
  }
  return false;
}

function withFile<T>(path: string, otherwise: T, read: (fd: number) => T): T {
  let fd: number;
  try {
    fd = openSync(path, 'r');
  } catch {
    return otherwise;
  }
  try {
    return fstatSync(fd).isFile() ? read(fd) : otherwise;
  } finally {
    closeSync(fd);
  }
}
