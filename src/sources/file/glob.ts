/** Finds the files of a pattern: `*`, `?`, `[a-z]`, `{a,b}` and `**` for any folders. Bounded, and linear in the length of names. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** One file found. */
export interface Found {
  readonly path: string;
  readonly inode: number;
  readonly device: number;
  readonly birth: number;
  readonly modified: number;
}

const MAX_FOLDERS = 10_000;
const MAX_ENTRIES = 100_000;
const MAX_DEPTH = 24;
const MAX_BRACES = 256;

/** True when a path is a pattern. */
export function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** Regular files of the patterns, each once (by inode), symlinks to files followed, symlinked folders not under `**`. */
export async function findFiles(patterns: readonly string[], exclude: readonly string[]): Promise<Found[]> {
  const walk = createWalk();
  const unwanted = exclude.flatMap(expandBraces).map(segmentsOf);
  for (const pattern of patterns.flatMap(expandBraces)) {
    const segments = segmentsOf(pattern);
    await walk.into(pattern.startsWith('/') ? '/' : '.', segments, 0);
  }
  const found: Found[] = [];
  const seen = new Set<string>();
  for (const path of walk.paths) {
    if (unwanted.some((segments) => matchesPath(segments, segmentsOf(path)))) continue;
    const info = await stat(path).catch(() => null);
    if (info?.isFile() !== true || seen.has(`${info.dev}:${info.ino}`)) continue;
    seen.add(`${info.dev}:${info.ino}`);
    found.push({ path, inode: info.ino, device: info.dev, birth: info.birthtimeMs, modified: info.mtimeMs });
  }
  return found;
}

/** True when a path is one that a pattern names. */
export function matchesPattern(pattern: string, path: string): boolean {
  return expandBraces(pattern).some((each) => matchesPath(segmentsOf(each), segmentsOf(path)));
}

function createWalk() {
  const paths = new Set<string>();
  let folders = 0;
  let entries = 0;

  async function into(folder: string, segments: readonly string[], depth: number): Promise<void> {
    const [first, ...rest] = segments;
    if (first === undefined || depth > MAX_DEPTH || entries > MAX_ENTRIES) return;
    if (first !== '**' && !isPattern(first)) {
      if (rest.length === 0) paths.add(join(folder, first));
      else await into(join(folder, first), rest, depth + 1);
      return;
    }
    if (folders++ > MAX_FOLDERS) return;
    const list = await readdir(folder, { withFileTypes: true }).catch(() => []);
    entries += list.length;
    if (first === '**') {
      await into(folder, rest, depth);
      for (const each of list)
        if (each.isDirectory() && !each.name.startsWith('.')) await into(join(folder, each.name), segments, depth + 1);
      return;
    }
    for (const each of list) {
      if (!matchesName(first, each.name)) continue;
      if (rest.length === 0) paths.add(join(folder, each.name));
      else if (each.isDirectory() || each.isSymbolicLink()) await into(join(folder, each.name), rest, depth + 1);
    }
  }

  return { paths, into };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((each) => each !== '' && each !== '.');
}

/** True when a whole path fits a pattern. */
function matchesPath(pattern: readonly string[], path: readonly string[]): boolean {
  const [first, ...rest] = pattern;
  if (first === undefined) return path.length === 0;
  if (first === '**') {
    for (let skip = 0; skip <= path.length; skip++) if (matchesPath(rest, path.slice(skip))) return true;
    return false;
  }
  return path.length > 0 && matchesName(first, path[0]!) && matchesPath(rest, path.slice(1));
}

/** True when a name fits one segment; a leading dot must be written. Two pointers, so linear but for the last `*`. */
export function matchesName(pattern: string, name: string): boolean {
  if (name.startsWith('.') && !pattern.startsWith('.')) return false;
  let p = 0;
  let n = 0;
  let star = -1;
  let retry = 0;
  while (n < name.length) {
    const step = p < pattern.length && pattern[p] !== '*' ? matchOne(pattern, p, name[n]!) : 0;
    if (step > 0) {
      p += step;
      n++;
    } else if (pattern[p] === '*') {
      star = p++;
      retry = n;
    } else if (star >= 0) {
      p = star + 1;
      n = ++retry;
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** Length of the piece of the pattern at `at` that takes this character, 0 when it does not. */
function matchOne(pattern: string, at: number, char: string): number {
  const first = pattern[at]!;
  if (first === '?') return 1;
  const close = first === '[' ? pattern.indexOf(']', at + 2) : -1;
  if (close < 0) return first === char ? 1 : 0;
  const negated = pattern[at + 1] === '!' || pattern[at + 1] === '^';
  let inside = false;
  for (let i = at + (negated ? 2 : 1); i < close; i++) {
    if (pattern[i + 1] === '-' && i + 2 < close) {
      if (char >= pattern[i]! && char <= pattern[i + 2]!) inside = true;
      i += 2;
    } else if (pattern[i] === char) inside = true;
  }
  return inside === negated ? 0 : close - at + 1;
}

/** `a{b,c}d` as `abd`, `acd`; at most 256 patterns. */
function expandBraces(pattern: string): string[] {
  let done: string[] = [pattern];
  for (let again = true; again && done.length < MAX_BRACES; ) {
    again = false;
    done = done.flatMap((each) => {
      const braces = /\{([^{}]*)\}/.exec(each);
      if (braces === null) return [each];
      again = true;
      return braces[1]!
        .split(',')
        .map((part) => each.slice(0, braces.index) + part + each.slice(braces.index + braces[0].length));
    });
  }
  return done.slice(0, MAX_BRACES);
}
