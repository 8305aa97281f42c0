/** Addresses as programs write them, turned into one canonical text; null for anything else. */
import { isIPv6 } from 'node:net';
import { copyText } from './text.ts';

const DOT = 46;
const COLON = 58;

/**
 * Canonical text of an IP address: dotted IPv4, RFC 5952 IPv6, an IPv4-mapped address as IPv4. A zone (`%eth0`) is
 * dropped, brackets are accepted. Null when the text is no address (leading zeros are refused: they are ambiguous).
 */
export function canonicalAddress(text: string): string | null {
  const length = text.length;
  if (length < 2 || length > 64) return null;
  if (isPlainIPv4(text)) return text;
  if (text.charCodeAt(0) === 91 && text.charCodeAt(length - 1) === 93) return canonicalAddress(text.slice(1, -1));
  if (text.indexOf(':') < 0) return null;
  const percent = text.indexOf('%');
  const bare = percent < 0 ? text : text.slice(0, percent);
  return cachedIPv6(bare);
}

const CACHE_SIZE = 1024;
const cacheTexts = new Array<string>(CACHE_SIZE).fill('');
const cacheValues = new Array<string | null>(CACHE_SIZE).fill(null);

/** The same few addresses come again and again: a small table that a newer one simply overwrites. */
function cachedIPv6(text: string): string | null {
  let hash = text.length;
  for (let i = 0; i < text.length; i++) hash = (hash * 31 + text.charCodeAt(i)) | 0;
  const slot = hash & (CACHE_SIZE - 1);
  if (cacheTexts[slot] === text) return cacheValues[slot]!;
  const groups = hexGroups(text) ?? (isIPv6(text) ? dottedGroups(text) : null);
  const value = groups === null ? null : formatIPv6(groups);
  cacheTexts[slot] = copyText(text);
  cacheValues[slot] = value;
  return value;
}

/** Four decimal parts of 0 to 255 without leading zeros, scanned by hand: the most frequent case. */
export function isPlainIPv4(text: string): boolean {
  const length = text.length;
  if (length < 7 || length > 15) return false;
  let parts = 1;
  let value = -1;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code === DOT) {
      if (value < 0 || ++parts > 4) return false;
      value = -1;
    } else if (code >= 48 && code <= 57) {
      if (value === 0) return false;
      value = value < 0 ? code - 48 : value * 10 + code - 48;
      if (value > 255) return false;
    } else {
      return false;
    }
  }
  return parts === 4 && value >= 0;
}

/** The eight 16-bit groups of a valid IPv6 text. */
export function ipv6Groups(text: string): number[] {
  return hexGroups(text) ?? dottedGroups(text);
}

/** The groups of an IPv6 text without a dotted part (RFC 4291 section 2.2, forms 1 and 2), scanned by hand; null for any other text. */
function hexGroups(text: string): number[] | null {
  const groups: number[] = [];
  let value = 0;
  let digits = 0;
  let gap = -1;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === COLON) {
      if (digits > 0) groups.push(value);
      else if (i > 0 && text.charCodeAt(i - 1) === COLON && gap < 0) gap = groups.length;
      else if (i > 0 || text.charCodeAt(1) !== COLON) return null;
      value = 0;
      digits = 0;
    } else {
      const digit = hexDigit(code);
      if (digit < 0 || ++digits > 4 || groups.length > 7) return null;
      value = value * 16 + digit;
    }
  }
  if (digits > 0) groups.push(value);
  else if (gap !== groups.length) return null;
  if (gap < 0) return groups.length === 8 ? groups : null;
  if (groups.length > 7) return null;
  while (groups.length < 8) groups.splice(gap, 0, 0);
  return groups;
}

function hexDigit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48;
  if (code >= 97 && code <= 102) return code - 87;
  return code >= 65 && code <= 70 ? code - 55 : -1;
}

/** The groups of a valid IPv6 text that ends like an IPv4 address. */
function dottedGroups(text: string): number[] {
  const lastColon = text.lastIndexOf(':');
  const [a, b, c, d] = text
    .slice(lastColon + 1)
    .split('.')
    .map(Number);
  const source = `${text.slice(0, lastColon + 1)}${((a! << 8) | b!).toString(16)}:${((c! << 8) | d!).toString(16)}`;
  return hexGroups(source)!;
}

/** RFC 5952: lower case, no leading zeros, the longest run of zeros (two or more, the first of equals) as `::`; IPv4-mapped ones as IPv4. */
export function formatIPv6(groups: readonly number[]): string {
  if (groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0)) {
    return `${groups[6]! >> 8}.${groups[6]! & 255}.${groups[7]! >> 8}.${groups[7]! & 255}`;
  }
  let bestAt = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > bestLength) {
      bestAt = i;
      bestLength = end - i;
    }
    if (end > i) i = end;
  }
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (i === bestAt) {
      text += '::';
      i += bestLength - 1;
    } else text += i === 0 || i === bestAt + bestLength ? groups[i]!.toString(16) : `:${groups[i]!.toString(16)}`;
  }
  return text;
}
