/**
 * The language in which a program's messages are described: literals, `{slots}`, `[[optional parts]]` and `((one|of|these))`.
 *
 * `{ip}` `{peer}` (address or host name) `{port}` `{num}` `{mac}` `{gap}` (blanks, or none) `{word}` (no blanks, written by the program) `{quoted}` (escaped by
 * the program) are bounded. `{user}` `{text}` `{path}` may hold anything, so an address is only accepted left of the first
 * or right of the last of them. `{pre}`, only first, is what the program writes before the first literal. `{pairs}` `{colons}`
 * `{json}`, only last, are named values. `{slot:field}` names the field.
 */
import { fail } from '../../kit/errors.ts';

/** What a slot may hold. */
export type SlotKind =
  | 'ip'
  | 'peer'
  | 'port'
  | 'num'
  | 'mac'
  | 'word'
  | 'gap'
  | 'quoted'
  | 'user'
  | 'text'
  | 'path'
  | 'pre'
  | 'pairs'
  | 'colons'
  | 'json';

/** A literal (`slot` null) or a slot; `field` null keeps nothing. */
export interface Part {
  readonly slot: SlotKind | null;
  readonly text: string;
  readonly field: string | null;
}

/** One way to read a message: anchored at its start, free in the middle, anchored at its end. */
export interface Variant {
  readonly left: readonly Part[];
  readonly free: readonly Part[];
  readonly right: readonly Part[];
}

const FIELDS: Readonly<Record<SlotKind, string | null>> = {
  ip: 'source.ip',
  peer: 'source.ip',
  port: 'source.port',
  num: null,
  mac: 'source.mac',
  word: null,
  gap: null,
  quoted: 'user.name',
  user: 'user.name',
  text: null,
  path: 'url.path',
  pre: null,
  pairs: null,
  colons: null,
  json: null,
};
const MAX_OPTIONAL = 6;
const MAX_VARIANTS = 64;

/** All variants of a pattern, longest first. Throws AppError for one that could blame the wrong address. */
export function compilePattern(pattern: string): Variant[] {
  if (pattern.split('[[').length - 1 > MAX_OPTIONAL) refuse(pattern, 'has too many optional parts');
  const texts = alternatives(pattern).flatMap(expand);
  if (texts.length > MAX_VARIANTS) refuse(pattern, 'has too many forms');
  return texts.map((text) => variantOf(text, pattern));
}

/** One text for each choice of `((a|b))`. */
function alternatives(pattern: string): string[] {
  let open = pattern.indexOf('((');
  if (open < 0) return [pattern];
  // Of three brackets the first is text.
  while (pattern[open + 2] === '(') open++;
  const close = pattern.indexOf('))', open);
  if (close < 0) refuse(pattern, 'leaves a choice open');
  const rest = alternatives(pattern.slice(close + 2));
  const choices = pattern.slice(open + 2, close).split('|');
  return choices.flatMap((choice) => rest.map((after) => pattern.slice(0, open) + choice + after));
}

function expand(pattern: string): string[] {
  const open = pattern.indexOf('[[');
  if (open < 0) return [pattern];
  const close = pattern.indexOf(']]', open);
  if (close < 0) refuse(pattern, 'leaves an optional part open');
  const before = pattern.slice(0, open);
  const rest = expand(pattern.slice(close + 2));
  const inner = pattern.slice(open + 2, close);
  return [...rest.map((after) => before + inner + after), ...rest.map((after) => before + after)];
}

function variantOf(text: string, pattern: string): Variant {
  const parts = partsOf(text, pattern);
  const first = parts.findIndex(isFree);
  if (first < 0) return { left: parts, free: [], right: [] };
  const last = parts.findLastIndex(isFree);
  const variant = { left: parts.slice(0, first), free: parts.slice(first, last + 1), right: parts.slice(last + 1) };
  variant.free.forEach((part, index) => {
    if (part.slot === 'ip' || part.slot === 'peer' || part.slot === 'port')
      refuse(pattern, 'has an address between two texts that a remote side may choose');
    if (index % 2 === (part.slot === null ? 0 : 1)) refuse(pattern, 'needs a literal between two free slots');
  });
  if (variant.free.slice(0, -1).some(isNamed) || (variant.right.length > 0 && variant.free.some(isNamed)))
    refuse(pattern, 'may hold named values only at its end');
  if (variant.right.some((part) => part.slot === 'quoted')) refuse(pattern, 'has a quoted slot behind a free one');
  return variant;
}

function partsOf(text: string, pattern: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  while (at < text.length) {
    const open = text.indexOf('{', at);
    if (open !== at) parts.push({ slot: null, text: text.slice(at, open < 0 ? text.length : open), field: null });
    if (open < 0) break;
    const close = text.indexOf('}', open);
    if (close < 0) refuse(pattern, 'leaves a slot open');
    const [name, field] = text.slice(open + 1, close).split(':') as [string, string | undefined];
    if (!isKind(name)) refuse(pattern, `names an unknown slot "${name}"`);
    if (parts.at(-1)?.slot != null && name !== 'gap' && parts.at(-1)?.slot !== 'gap')
      refuse(pattern, 'needs a literal between two slots');
    if (name === 'pre' && parts.length > 0) refuse(pattern, 'may hold {pre} only at its start');
    parts.push({ slot: name, text: '', field: field ?? FIELDS[name] });
    at = close + 1;
  }
  return parts;
}

function isKind(name: string): name is SlotKind {
  return Object.hasOwn(FIELDS, name);
}

function isFree(part: Part): boolean {
  return part.slot === 'user' || part.slot === 'text' || part.slot === 'path' || isNamed(part);
}

function isNamed(part: Part): boolean {
  return part.slot === 'pairs' || part.slot === 'colons' || part.slot === 'json';
}

function refuse(pattern: string, why: string): never {
  fail('DECODER_PATTERN', {
    message: `The message pattern "${pattern}" ${why}.`,
    hint: 'See docs/guides/decoders.md.',
  });
}
