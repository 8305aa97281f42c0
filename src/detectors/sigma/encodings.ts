/** Sigma's value transformations: base64, base64offset, UTF-16 and windash. */
import { type Pattern, parsePattern } from './text-match.ts';

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

/** `-x` also as `/x` and with the three long dashes, in all permutations. */
export function windash(value: string): string[] {
  const parts = value.split(/(?<=^|\s)[-/–—―](?=\S)/);
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

const ENCODINGS = ['base64', 'base64offset', 'utf16', 'utf16le', 'utf16be', 'wide'];

/** Applies the transforming modifiers in the order they are written. */
export function transformed(value: string, modifiers: readonly string[]): Pattern[] {
  if (!modifiers.some((name) => name === 'windash' || ENCODINGS.includes(name))) return [parsePattern(value)];
  let texts = [value];
  let encoded = false;
  for (const modifier of modifiers) {
    if (modifier === 'windash') texts = texts.flatMap(windash);
    else if (modifier === 'base64') texts = texts.map(base64);
    else if (modifier === 'base64offset') texts = texts.flatMap(base64offsets);
    else if (modifier === 'wide' || modifier === 'utf16le') texts = texts.map(utf16le);
    else if (modifier === 'utf16be') texts = texts.map(utf16be);
    else if (modifier === 'utf16')
      texts = texts.flatMap((text) => [`\u00ff\u00fe${utf16le(text)}`, `\u00fe\u00ff${utf16be(text)}`]);
    else continue;
    encoded ||= modifier !== 'windash';
  }
  return texts.map((text) => (encoded ? [...text].map((ch) => ch.charCodeAt(0)) : parsePattern(text)));
}
