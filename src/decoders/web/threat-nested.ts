/** Payloads inside another coat: base64 values, words cut by comments or by joined strings. Bounded; nothing is unwrapped twice. */
import { normalise } from './normalise.ts';

const MAX_CANDIDATES = 8;
const MAX_DECODED = 2048;
/** A value of a query or the last part of a path, long enough to hide a payload in. */
const CANDIDATE = /(?:=|\/|%3d|,)([A-Za-z0-9+/_-]{16,4096}(?:={1,2}|(?:%3[dD]){1,2})?)(?=[&?\s#]|$)/g;
const JOINED = /\\?["']\s{0,2}(?:,|\+|\|\||\.)\s{0,2}\\?["']/;
const JOINED_ALL = /\\?["']\s{0,2}(?:,|\+|\|\||\.)\s{0,2}\\?["']/g;
/** What each payload below has one of; a sentence or a token that decodes to text has rarely. */
const TELLING = /[<>'"`;|$(){}]|\.\.\//;

/** Texts found in base64 values of a target as sent, normalised. Numbers, names and binary tokens give none. */
export function unwrapBase64(sent: string): readonly string[] {
  const found: string[] = [];
  let looked = 0;
  for (const [, value] of sent.matchAll(CANDIDATE)) {
    if (looked++ >= MAX_CANDIDATES) break;
    const text = decode(value!);
    if (text !== null) found.push(normalise(text));
  }
  return found;
}

/** `"un","ion"` and `'un'||'ion'` as the one word they become; null when nothing is joined. */
export function joinStrings(value: string): string | null {
  return JOINED.test(value) ? value.replace(JOINED_ALL, '') : null;
}

/** Text of printable ASCII that says something, or null. */
function decode(value: string): string | null {
  const plain = value.replaceAll(/%3d/gi, '');
  // The first twelve letters decide about nearly every token.
  if (!isPrintable(Buffer.from(plain.slice(0, 12), 'base64'))) return null;
  const bytes = Buffer.from(plain.slice(0, MAX_DECODED), 'base64');
  if (!isPrintable(bytes)) return null;
  const text = bytes.toString('latin1');
  return TELLING.test(text) ? text : null;
}

function isPrintable(bytes: Uint8Array): boolean {
  for (const byte of bytes) if ((byte < 32 || byte > 126) && byte !== 10 && byte !== 13 && byte !== 9) return false;
  return bytes.length > 0;
}
