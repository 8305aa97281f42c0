/** Where a log file and its rotated predecessors lie. */
import { openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** The start of the line that is being written at the end of a file, so that its second half is not taken for a line. */
export function lineStartBefore(fd: number, size: number): number {
  const bytes = Buffer.alloc(Math.min(size, 65_536));
  const got = readSync(fd, bytes, 0, bytes.length, size - bytes.length);
  const lf = bytes.subarray(0, got).lastIndexOf(10);
  return lf < 0 ? size : size - got + lf + 1;
}

/** The inode behind a path, or null. */
export function inodeOf(path: string): number | null {
  try {
    return statSync(path).ino;
  } catch {
    return null;
  }
}

/** Where a path leads behind symlinks. */
export function realPathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

/** An open descriptor, or null where it cannot be read. */
export function tryOpen(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch {
    return null;
  }
}

/** Rotated predecessors beside a file, newest first: `x.1`, `x-20261124`, `x.1.gz`. At most 256: each costs a look at how it begins. */
export function siblings(path: string): string[] {
  const name = basename(path);
  try {
    return (
      readdirSync(dirname(path))
        .filter((other) => other !== name && other.startsWith(name) && /^[.-][\w.-]+$/.test(other.slice(name.length)))
        .map((other) => join(dirname(path), other))
        .map((other) => ({ other, stat: statSync(other) }))
        // A copy and the file it was made of may share the tick; the one renamed later was changed later.
        .sort((a, b) => b.stat.mtimeMs - a.stat.mtimeMs || b.stat.ctimeMs - a.stat.ctimeMs)
        .slice(0, 256)
        .map(({ other }) => other)
    );
  } catch {
    return [];
  }
}
