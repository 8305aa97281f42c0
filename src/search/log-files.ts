/** The files behind configured sources: each log and its rotated predecessors. Nothing a visitor sends becomes a path. */
import { lstatSync, type Stats, statSync } from 'node:fs';
import type { SourceRef } from '../model/line.ts';
import { siblings } from '../sources/file/places.ts';

/** One file that may be searched. */
export interface LogFile {
  readonly path: string;
  readonly source: SourceRef;
  readonly bytes: number;
  readonly mtimeMs: number;
}

const PREFIX = 'file:';
const MAX_FILES = 500;

/** Files of the sources, the newest first. A source that is no file (the journal) has none. */
export function logFilesOf(sources: readonly SourceRef[]): LogFile[] {
  const seen = new Set<string>();
  const files: LogFile[] = [];
  for (const source of sources) {
    if (!source.id.startsWith(PREFIX)) continue;
    const path = source.id.slice(PREFIX.length);
    for (const each of [path, ...siblings(path).filter((other) => isRotated(path, other))]) {
      const stat = plainFile(each, each === path);
      if (stat === null || seen.has(`${stat.dev}:${stat.ino}`)) continue;
      seen.add(`${stat.dev}:${stat.ino}`);
      files.push({ path: each, source, bytes: stat.size, mtimeMs: stat.mtimeMs });
    }
  }
  return files.toSorted((a, b) => b.mtimeMs - a.mtimeMs).slice(0, MAX_FILES);
}

/** `x.1`, `x.2.gz`, `x-20261124`, `x.old`: not `x.conf`, which only begins like the log. */
function isRotated(path: string, other: string): boolean {
  return /^[.-](?:\d|old\b)/.test(other.slice(path.length));
}

/** A predecessor that is a link may lead anywhere; the log itself the configuration names. */
function plainFile(path: string, isLog: boolean): Stats | null {
  try {
    const stat = isLog ? statSync(path) : lstatSync(path);
    return stat.isFile() ? stat : null;
  } catch {
    return null;
  }
}
