/** Patterns of log files, as `logpath` has them: `*`, `?` and `[a-z]` do not cross a slash, `**` does. */
import { globSync } from 'node:fs';
import { matchesGlob } from 'node:path';

/** Whether a path is one of a pattern's, or the pattern itself. */
export function matchesPath(pattern: string, path: string): boolean {
  return pattern === path || (isPattern(pattern) && matchesGlob(path, pattern));
}

/** Whether a path names several files. */
export function isPattern(path: string): boolean {
  return /[*?[]/.test(path);
}

/** The files that a log path names now; a plain path names itself, there or not. */
export function filesNamed(path: string): string[] {
  return isPattern(path) ? globSync(path).sort() : [path];
}
