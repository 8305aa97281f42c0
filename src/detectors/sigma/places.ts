/** Where a key of a rule file stands, for messages that point at it. */
import type { LineCounter, Node, YAMLMap } from 'yaml';
import { AppError, type ErrorPlace } from '../../kit/errors.ts';
import { yaml } from '../../kit/yaml.ts';

/** Points into one file. */
export interface Source {
  readonly file: string;
  readonly lines: LineCounter;
}

/** The place of the key at the end of a path. */
export type KeyAt = (...path: string[]) => ErrorPlace;

/** Takes what is odd but no error. */
export type Warn = (code: string, message: string, at: ErrorPlace, hint?: string) => void;

/** A warning in the shape of an error, for lists. */
export function warningOf(code: string, message: string, at: ErrorPlace, hint?: string): AppError {
  return new AppError(code, { message, at, ...(hint === undefined ? {} : { hint }) });
}

/** Finds keys below a map. */
export function keyFinder(source: Source, map: YAMLMap): KeyAt {
  return (...path) => placeOf(source, nodeAt(map, path) ?? map);
}

/** The place of a node. */
export function placeOf(source: Source, node: Node): ErrorPlace {
  const start = node.range?.[0];
  if (start === undefined) return { file: source.file };
  const at = source.lines.linePos(start);
  return { file: source.file, line: at.line, column: at.col };
}

function nodeAt(map: YAMLMap, path: readonly string[]): Node | null {
  let node: Node | null = map;
  let last: Node | null = map;
  for (const key of path) {
    if (yaml().isSeq(node)) {
      node = (node.items[Number(key)] as Node | undefined) ?? null;
      continue;
    }
    if (!yaml().isMap(node)) return last;
    const pair = node.items.find((item) => yaml().isScalar(item.key) && String(item.key.value) === key);
    if (pair === undefined) return last;
    last = pair.key as Node;
    node = pair.value as Node | null;
  }
  return last;
}
