/** Reads a message by a compiled pattern in one pass: from the left to the first free slot, then from the right to the last. */
import { canonicalAddress } from '../../kit/address.ts';
import type { FieldValue } from '../../model/log-event.ts';
import { readJson } from '../formats/json-line.ts';
import { mapFields, urlParts } from '../formats/mapping.ts';
import { readColons, readCommas, readOpenPairs } from '../formats/pairs.ts';
import type { Part, Variant } from './pattern.ts';

/** The fields a match found. */
export type Found = Record<string, FieldValue | undefined>;

const MAX_ADDRESS = 64;
const MAX_HOST = 255;
const MAX_WORD = 512;
const MAX_NAMED = 65_536;

/** Where a match ended: the left part that did not fit, -1 when all did. */
export interface Trace {
  failedAt: number;
}

/** The fields of a message that fits the variant, or null. Linear in the message's length. */
export function matchVariant(variant: Variant, message: string, trace: Trace): Found | null {
  const found: Found = {};
  const start = forwards(variant.left, message, found, trace);
  if (start < 0) return null;
  if (variant.free.length === 0) return start === message.length ? found : null;
  const end = backwards(variant.right, message, start, found);
  if (end < start || !between(variant.free, message, start, end, found)) return null;
  if (found['url.original'] !== undefined) urlParts(found);
  return found;
}

function forwards(parts: readonly Part[], message: string, found: Found, trace: Trace): number {
  let at = 0;
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    trace.failedAt = i;
    if (part.slot === null) {
      if (!message.startsWith(part.text, at)) return -1;
      at += part.text.length;
      continue;
    }
    const next = parts[i + 1]?.text ?? '';
    if (part.slot === 'pre') {
      at = message.indexOf(next);
      if (at < 0) return -1;
      continue;
    }
    if (part.slot === 'gap') {
      while (message.charCodeAt(at) === 32 || message.charCodeAt(at) === 9) at++;
      continue;
    }
    const end = slotEnd(part, message, at, next);
    if (end < 0 || !keep(part, message.slice(at, end), found)) return -1;
    at = end;
  }
  trace.failedAt = -1;
  return at;
}

function slotEnd(part: Part, message: string, at: number, next: string): number {
  if (part.slot === 'quoted') return quotedEnd(message, at);
  const limit = part.slot === 'ip' ? MAX_ADDRESS : part.slot === 'peer' ? MAX_HOST : MAX_WORD;
  const chars = charsOf(part);
  const stop = Math.min(message.length, at + limit);
  // A word ends before the literal behind it, wherever that stands first.
  const first = part.slot === 'word' && next !== '' ? next.charCodeAt(0) : -1;
  let end = at;
  for (; end < stop; end++) {
    const code = message.charCodeAt(end);
    if (!allowed(chars, code)) break;
    if (code === first && end > at && message.startsWith(next, end)) return end;
  }
  if (part.slot === 'dotted') while (end > at && !message.startsWith(next, end)) end--;
  if (part.slot === 'ip' || part.slot === 'peer') {
    // `203.0.113.7:4711` and `2001:db8::1:` hold the literal behind the address in the same characters.
    while (end > at && !(message.startsWith(next, end) && valid(part, message.slice(at, end)))) end--;
  }
  return end > at ? end : -1;
}

function quotedEnd(message: string, at: number): number {
  const quote = message.charCodeAt(at);
  if (quote !== 34 && quote !== 39) return -1;
  for (let end = at + 1; end < message.length; end++) {
    const code = message.charCodeAt(end);
    if (code === 92) end++;
    else if (code === quote) return end + 1;
  }
  return -1;
}

function backwards(parts: readonly Part[], message: string, floor: number, found: Found): number {
  let end = message.length;
  for (let i = parts.length - 1; i >= 0; i--) {
    const part = parts[i]!;
    if (part.slot === null) {
      if (end - part.text.length < floor || !message.endsWith(part.text, end)) return -1;
      end -= part.text.length;
      continue;
    }
    if (part.slot === 'gap') {
      while (end > floor && message.charCodeAt(end - 1) === 32) end--;
      continue;
    }
    const before = parts[i - 1]?.text ?? '';
    const start = slotStart(part, message, end, floor, before);
    if (start < 0 || !keep(part, message.slice(start, end), found)) return -1;
    end = start;
  }
  return end;
}

function slotStart(part: Part, message: string, end: number, floor: number, before: string): number {
  const limit = part.slot === 'ip' ? MAX_ADDRESS : part.slot === 'peer' ? MAX_HOST : MAX_WORD;
  const chars = charsOf(part);
  let start = end;
  while (start > floor && end - start < limit && allowed(chars, message.charCodeAt(start - 1))) {
    if (part.slot === 'word' && before !== '' && start < end && message.endsWith(before, start)) return start;
    start--;
  }
  if (part.slot === 'ip' || part.slot === 'peer')
    while (start < end && !(message.endsWith(before, start) && valid(part, message.slice(start, end)))) start++;
  return start < end ? start : -1;
}

function between(parts: readonly Part[], message: string, start: number, end: number, found: Found): boolean {
  let at = start;
  for (let i = 0; i < parts.length; i += 2) {
    const literal = parts[i + 1];
    const stop = literal === undefined ? end : message.indexOf(literal.text, at);
    if (stop < 0 || stop > end) return false;
    const part = parts[i]!;
    const alone = part.slot !== 'sole' || isAlone(parts[i - 1], message);
    if (alone && !keep(part, message.slice(at, stop), found)) return false;
    at = stop + (literal?.text.length ?? 0);
  }
  return at <= end;
}

/** Characters below 128 that a slot may hold; `other` says whether those above may stand in it, too. */
function classOf(low: (code: number) => boolean, other = false): Uint8Array {
  return Uint8Array.from({ length: 129 }, (_, code) => (code === 128 ? +other : +low(code)));
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const isHex = (code: number): boolean => isDigit(code) || ((code | 32) >= 97 && (code | 32) <= 102);
const isOf = (text: string, code: number): boolean => text.includes(String.fromCharCode(code));
const isLetter = (code: number): boolean => (code | 32) >= 97 && (code | 32) <= 122;
const DIGITS = classOf(isDigit);
const HARDWARE = classOf((code) => isHex(code) || isOf('-.:', code));
const ADDRESS = classOf((code) => isHex(code) || isOf('.:', code));
const NAME = classOf((code) => isDigit(code) || isLetter(code) || isOf('.:-_', code));
const WORD = classOf((code) => code > 32, true);
const CELL = classOf((code) => code !== 44, true);

function charsOf({ slot }: Part): Uint8Array {
  switch (slot) {
    case 'port':
    case 'num':
      return DIGITS;
    case 'mac':
      return HARDWARE;
    case 'word':
      return WORD;
    case 'cell':
      return CELL;
    case 'peer':
    case 'dotted':
      return NAME;
    default:
      return ADDRESS;
  }
}

function allowed(chars: Uint8Array, code: number): boolean {
  return chars[Math.min(code, 128)] === 1;
}

function valid(part: Part, text: string): boolean {
  return canonicalAddress(text) !== null || (part.slot === 'peer' && !text.includes(':') && !text.endsWith('.'));
}

function keep(part: Part, text: string, found: Found): boolean {
  const { slot, field } = part;
  if (slot === 'dotted') return keepDotted(field ?? 'source', text, found);
  if (slot === 'ip' || slot === 'peer' || slot === 'sole') {
    const ip = canonicalAddress(text);
    if (ip === null && slot !== 'peer') return false;
    if (field !== null) found[ip === null && field === 'source.ip' ? 'source.address' : field] = ip ?? text;
  } else if (slot === 'port' || slot === 'num') {
    const value = Number(text);
    if (slot === 'port' && value > 65535) return false;
    if (field !== null) found[field] = value;
  } else if (slot === 'json' || slot === 'pairs' || slot === 'colons' || slot === 'commas') {
    const named = namedOf(slot, text.slice(0, MAX_NAMED));
    if (named === null) return false;
    Object.assign(found, { ...mapFields(named.values, named.bare, false), ...found });
  } else if (field !== null) {
    const value = slot === 'quoted' ? text.slice(1, -1) : text;
    if (value !== '') found[field] = value;
  }
  return true;
}

interface Named {
  readonly values: ReadonlyMap<string, string>;
  readonly bare?: ReadonlySet<string>;
}

function namedOf(slot: 'json' | 'pairs' | 'colons' | 'commas', text: string): Named | null {
  if (slot === 'pairs') return readOpenPairs(text);
  if (slot === 'json') {
    const values = readJson(text.slice(0, text.lastIndexOf('}') + 1));
    return values === null ? null : { values };
  }
  const values = slot === 'colons' ? readColons(text) : readCommas(text);
  return { values, bare: new Set(values.keys()) };
}

/** True when the literal before a slot stands only once in the message, so that nobody imitated it. */
function isAlone(literal: Part | undefined, message: string): boolean {
  return literal === undefined || message.indexOf(literal.text) === message.lastIndexOf(literal.text);
}

/** `203.0.113.7.4711`: the port is behind the last dot. */
function keepDotted(side: string, text: string, found: Found): boolean {
  const dot = text.lastIndexOf('.');
  const ip = canonicalAddress(text.slice(0, Math.max(0, dot)));
  const port = Number(text.slice(dot + 1));
  if (ip === null || !(port <= 65_535)) return false;
  found[`${side}.ip`] = ip;
  found[`${side}.port`] = port;
  return true;
}
