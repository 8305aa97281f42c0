/** Changes to the configuration's text that keep its comments: values set by path, secrets hidden and put back. */
import {
  type Document,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  type Scalar,
  stringify,
} from 'yaml';
import { isSecretPath, type Path, STARS } from './guarded-keys.ts';

/** One change. */
export interface Change {
  readonly path: Path;
  /** Undefined takes the setting away. */
  readonly value?: unknown;
}

/** The values a text gives; an empty object for an empty one. */
export function valuesOf(text: string): unknown {
  return parseDocument(text, { logLevel: 'error' }).toJS({ maxAliasCount: 100 }) ?? {};
}

/** What differs, at the deepest places. */
export function changesBetween(before: unknown, after: unknown, path: Path = []): Change[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) =>
      after[name] === undefined
        ? before[name] === undefined
          ? []
          : [{ path: [...path, name] }]
        : changesBetween(before[name], after[name], [...path, name]),
    );
  }
  if (Array.isArray(before) && Array.isArray(after)) return listChanges(before, after, path);
  return [{ path, value: after }];
}

/** Items that went, changed in place or were added; the rest of the list keeps its comments. */
function listChanges(before: readonly unknown[], after: readonly unknown[], path: Path): Change[] {
  if (after.length >= before.length)
    return after.flatMap((value, index) =>
      index < before.length
        ? changesBetween(before[index], value, [...path, index])
        : [{ path: [...path, index], value }],
    );
  const gone: number[] = [];
  let at = 0;
  for (const [index, value] of before.entries()) {
    if (at < after.length && JSON.stringify(value) === JSON.stringify(after[at])) at++;
    else gone.push(index);
  }
  if (at < after.length || gone.length !== before.length - after.length) return [{ path, value: after }];
  return gone.toReversed().map((index) => ({ path: [...path, index] }));
}

/** The text with changes. Single values are put in place of the old ones, everything else of the text stays as it is. */
export function applyChanges(text: string, changes: readonly Change[]): string {
  const document = parseDocument(text);
  const inPlace: { from: number; to: number; text: string }[] = [];
  const others: Change[] = [];
  for (const change of changes) {
    const node = document.getIn(change.path, true);
    const simple = change.value !== undefined && !isRecord(change.value) && !Array.isArray(change.value);
    if (simple && isPlainScalar(node)) inPlace.push({ ...rangeOf(node), text: scalarText(change.value) });
    else others.push(change);
  }
  const spliced = splice(text, inPlace);
  if (others.length === 0) return spliced;
  const rest = parseDocument(spliced);
  for (const { path, value } of others) {
    if (value === undefined) remove(rest, path);
    else rest.setIn(path, rest.createNode(value));
  }
  return rest.toString({ lineWidth: 0, flowCollectionPadding: false });
}

/** Takes a setting away, and the section that is empty without it. */
function remove(document: Document, path: Path): void {
  document.deleteIn(path);
  const above = path.slice(0, -1);
  const section = above.length === 0 ? null : document.getIn(above, true);
  if (isMap(section) && section.items.length === 0) remove(document, above);
}

/** The text with every secret as stars. */
export function hideSecrets(text: string): string {
  return splice(
    text,
    secretsIn(text).map(({ node }) => ({ ...rangeOf(node), text: JSON.stringify(STARS) })),
  );
}

/** Values with every secret as stars. */
export function hideSecretValues(value: unknown, path: Path = []): unknown {
  if (typeof value === 'string') return isSecretPath(path) ? STARS : value;
  if (Array.isArray(value)) return value.map((each, index) => hideSecretValues(each, [...path, index]));
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, hideSecretValues(each, [...path, key])]));
}

/** Stars that have no secret to stand for, or whose secret would go somewhere else than before. */
export interface LostSecret {
  readonly path: Path;
  readonly why: 'unknown' | 'moved';
}

/** Where a secret is sent: when one of these changes, it must be written anew. */
const PLACES = ['type', 'name', 'host', 'port', 'security', 'verify', 'url', 'api', 'account', 'block', 'unblock'];

/** The text with stars replaced by the secrets that stand at the same places of `before`. */
export function keepSecrets(
  text: string,
  before: string,
): { readonly text: string; readonly lost: readonly LostSecret[] } {
  const old = new Map(secretsIn(before).map(({ path, node }) => [path.join('\0'), String(node.value)]));
  const lost: LostSecret[] = [];
  const edits: { from: number; to: number; text: string }[] = [];
  const [values, valuesBefore] = [valuesOf(text), valuesOf(before)];
  for (const { path, node } of secretsIn(text)) {
    if (node.value !== STARS) continue;
    const secret = old.get(path.join('\0'));
    if (secret === undefined) lost.push({ path, why: 'unknown' });
    else if (PLACES.some((place) => differs(values, valuesBefore, path, place))) lost.push({ path, why: 'moved' });
    else edits.push({ ...rangeOf(node), text: scalarText(secret) });
  }
  return { text: splice(text, edits), lost };
}

/** Does `place` differ in the list item a secret belongs to? */
function differs(after: unknown, before: unknown, path: Path, place: string): boolean {
  const depth = path.findLastIndex((part) => typeof part === 'number') + 1;
  const item = (values: unknown): unknown => path.slice(0, depth).reduce(step, values);
  return JSON.stringify(step(item(after), place)) !== JSON.stringify(step(item(before), place));
}

function step(value: unknown, key: string | number): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string | number, unknown>)[key] : undefined;
}

function secretsIn(text: string): { path: Path; node: Scalar }[] {
  const found: { path: Path; node: Scalar }[] = [];
  const walk = (node: unknown, path: Path): void => {
    if (isScalar(node)) {
      if (typeof node.value === 'string' && isSecretPath(path)) found.push({ path, node });
    } else if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    else if (isMap(node))
      for (const pair of node.items)
        walk(pair.value, [...path, String(isScalar(pair.key) ? pair.key.value : pair.key)]);
  };
  walk(parseDocument(text).contents, []);
  return found;
}

/** A value on one line, whose place in the text is its own. */
function isPlainScalar(node: unknown): node is Scalar {
  return (
    isScalar(node) &&
    node.range != null &&
    node.type !== 'BLOCK_LITERAL' &&
    node.type !== 'BLOCK_FOLDED' &&
    !isCollection(node)
  );
}

function rangeOf(node: Node): { from: number; to: number } {
  return { from: node.range?.[0] ?? 0, to: node.range?.[1] ?? 0 };
}

function scalarText(value: unknown): string {
  // Within brackets, too, and never over the end of a line.
  const text = stringify(value, { lineWidth: 0, defaultStringType: 'PLAIN' }).trim();
  return typeof value === 'string' && !/^[\w./:@+-]+$/.test(text) ? JSON.stringify(value) : text;
}

function splice(text: string, edits: readonly { from: number; to: number; text: string }[]): string {
  let out = text;
  for (const edit of edits.toSorted((a, b) => b.from - a.from))
    out = out.slice(0, edit.from) + edit.text + out.slice(edit.to);
  return out;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
