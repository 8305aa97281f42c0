/** Sigma's value transformations: base64, base64offset, UTF-16 and windash. */
import type { Refuse } from './modifiers.ts';
import { literalOf, type Pattern, parsePattern } from './text-match.ts';

/** UTF-16 little endian as a string of byte characters, as it stands in a log of bytes. */
export function utf16le(value: string): string {
  return Buffer.from(value, 'utf16le').toString('latin1');
}

/** UTF-16 big endian. */
export function utf16be(value: string): string {
  return Buffer.from(value, 'utf16le').swap16().toString('latin1');
}

/** Base64 of the value; byte characters stay bytes. */
export function base64(value: string): string {
  return bytesOf(value).toString('base64');
}

/** The three forms in which the value can stand inside longer base64 text. */
export function base64offsets(value: string): string[] {
  const bytes = bytesOf(value);
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const end = [0, -3, -2][(bytes.length + offset) % 3]!;
    return encoded.slice([0, 2, 3][offset], end === 0 ? undefined : end);
  });
}

const DASHES = ['-', '/', '–', '—', '―'];
/** More options in one value than this would make thousands of forms of it. */
const MAX_DASHES = 5;

/** A dash that begins an option: behind a space, or behind a sign (a quote, a wildcard) and before a word. */
const OPTION = /(?<=^|\s)[-/–—―](?=\S)|(?<=[^\w\s/–—―-])[-/–—―](?=\w)/;

/** `-x` also as `/x` and with the three long dashes, in all permutations. */
export function windash(value: string): string[] {
  const parts = value.split(OPTION);
  if (parts.length === 1) return [value];
  if (parts.length - 1 > MAX_DASHES) return DASHES.map((dash) => parts.join(dash));
  return parts
    .slice(1)
    .reduce((forms, part) => forms.flatMap((form) => DASHES.map((dash) => form + dash + part)), [parts[0]!]);
}

function bytesOf(value: string): Buffer {
  // A transformation before (utf16le) has made byte characters; anything else is UTF-8.
  return [...value].every((ch) => ch.charCodeAt(0) < 256) ? Buffer.from(value, 'latin1') : Buffer.from(value, 'utf8');
}

/** What each encoding makes of a text. */
const ENCODERS: Readonly<Record<string, (text: string) => readonly string[]>> = {
  base64: (text) => [base64(text)],
  base64offset: base64offsets,
  wide: (text) => [utf16le(text)],
  utf16le: (text) => [utf16le(text)],
  utf16be: (text) => [utf16be(text)],
  utf16: (text) => [`\u00ff\u00fe${utf16le(text)}`, `\u00fe\u00ff${utf16be(text)}`],
};
/** Those that encode each character by itself, so that a wildcard between two keeps its meaning. */
const BY_CHARACTER = ['wide', 'utf16le', 'utf16be'];

/** Applies the transforming modifiers in the order they are written. Wildcards and escapes have their meaning before anything is encoded. */
export function transformed(value: string, modifiers: readonly string[], refuse: Refuse): Pattern[] {
  const texts = modifiers.includes('windash') ? windash(value) : [value];
  let patterns = texts.map(parsePattern);
  for (const name of modifiers) {
    const encode = ENCODERS[name];
    if (encode === undefined) continue;
    const wild = patterns.some((pattern) => literalOf(pattern) === null);
    if (wild && !BY_CHARACTER.includes(name))
      refuse(
        `\`${value}\` has a wildcard, which \`${name}\` cannot encode`,
        'escape it with a backslash if it is meant as it stands, or write the parts as values of their own',
      );
    patterns = wild
      ? patterns.map((pattern) => pieces(pattern, (text) => encode(text)[0]!))
      : patterns.flatMap((pattern) => encode(literalOf(pattern)!).map(codesOf));
  }
  return patterns;
}

/** A pattern with each run of plain characters changed. */
function pieces(pattern: Pattern, change: (text: string) => string): Pattern {
  const out: number[] = [];
  for (let at = 0; at < pattern.length; ) {
    let end = at;
    while (end < pattern.length && pattern[end]! >= 0) end++;
    out.push(...codesOf(change(String.fromCharCode(...pattern.slice(at, end)))));
    if (end < pattern.length) out.push(pattern[end]!);
    at = end + 1;
  }
  return out;
}

function codesOf(text: string): number[] {
  return Array.from({ length: text.length }, (_, at) => text.charCodeAt(at));
}
