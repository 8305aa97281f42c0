/**
 * Passes over requests that no rule can ask about, by their bytes: a site is asked for the same pages by the same browsers all day.
 * The request with its status, and the referrer with the browser's name, are each looked at once and remembered; a line of two
 * known dull parts is not decoded. Whatever is unusual about a line sends it down the whole way.
 */
import type { LogEvent } from '../../model/log-event.ts';
import type { Decode } from '../decode.ts';
import { WEB_ACCESS } from '../kinds.ts';
import { clfTime } from './clf-time.ts';

/** Whether no rule wants an event with this part (0 the request, 1 the browser), its other part being dull as well. */
export type JudgeWebPart = (part: number, event: LogEvent) => boolean;

const HEAD = '192.0.2.1 - - [01/Jan/2026:00:00:00 +0000] "';
/** Fowler, Noll and Vo, FNV-1a, taken four bytes at a time. */
const FNV_PRIME = 0x01000193;
const SPACE = 32;
const QUOTE = 34;
const DASH = 45;
const FOUR_QUOTES = 0x22222222;
const FOUR_BACKSLASHES = 0x5c5c5c5c;
/** Slots for parts; a new part takes the place of an older one. */
const SLOTS = 8192;
/** Slots that a part may lie in. */
const WAYS = 4;
/** Slots that are looked at first. */
const GUESSES = 2048;
/** Longest part that is remembered, and room for the bytes of all; when that is full, all are forgotten. */
const MAX_PART = 400;
const ROOM = 1 << 20;
/** Bytes of the stamp before its seconds, and of the zone behind them with the bracket. */
const MINUTE = 18;
const ZONE = 7;
/** After so many lines it is judged whether remembering pays; if it does not, so many are not looked at. */
const TRIAL = 4096;
const PAUSE = 65_536;

/** Digits, `a` to `f` in either case, dot and colon: 1. */
const ADDRESS_BYTES = new Uint8Array(256);
for (const sign of '0123456789:.abcdefABCDEF') ADDRESS_BYTES[sign.charCodeAt(0)] = 1;

/** A skimmer for access logs whose lines `decode` reads. */
export function createWebSkim(
  judge: JudgeWebPart,
  decode: Decode,
): (bytes: Uint8Array, start: number, end: number) => boolean {
  // From another site, as some attacks show only there.
  const requests = createParts((text) => isDull(0, `${HEAD}${text} 0 "https://elsewhere.invalid/" "-"`));
  const browsers = createParts((text) => isDull(1, `${HEAD}GET / HTTP/1.1" 200 0${text}`));
  const stamp = createStampCheck();
  let lines = 0;
  let passed = 0;
  let pause = 0;

  /** A part is dull when a request without any sign of an attack, made of it, would be. */
  function isDull(part: number, line: string): boolean {
    const event = decode.decode(line, 0);
    if (event === null || event.kind !== WEB_ACCESS) return false;
    const { fields } = event;
    if (fields['threat.web'] !== undefined || fields['http.request.forwarded'] !== undefined) return false;
    return judge(part, event);
  }

  let seen: Uint8Array = new Uint8Array(0);
  let view = new DataView(seen.buffer);

  return (bytes, start, end) => {
    if (pause > 0) {
      pause--;
      return false;
    }
    if (++lines === TRIAL) {
      if (passed * 8 < lines) pause = PAUSE;
      lines = 0;
      passed = 0;
    }
    let at = start;
    while (ADDRESS_BYTES[bytes[at]!] === 1) at++;
    // `ADDRESS - - [stamp] "`: no user, no name of a site before it.
    if (at === start || bytes[at] !== SPACE || bytes[at + 1] !== DASH || bytes[at + 2] !== SPACE) return false;
    if (bytes[at + 3] !== DASH || bytes[at + 4] !== SPACE || bytes[at + 5] !== 91) return false;
    at += 6;
    if (end - at < 60) return false;
    if (bytes !== seen) {
      seen = bytes;
      view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    if (!stamp(bytes, view, at)) return false;
    at += MINUTE + 2 + ZONE;
    if (bytes[at] !== SPACE || bytes[at + 1] !== QUOTE) return false;
    const request = at + 2;
    at = endOfQuoted(view, request, end - 11);
    if (at < 0) return false;
    // `" 200 1234 "referrer" "browser"`
    if (end - at < 12 || bytes[at + 1] !== SPACE || bytes[at + 5] !== SPACE) return false;
    const requestEnd = at + 5;
    at = requestEnd + 1;
    while (bytes[at]! >= 48 && bytes[at]! <= 57) at++;
    if (at === requestEnd + 1 || bytes[at] !== SPACE || bytes[at + 1] !== QUOTE) return false;
    if (!requests(bytes, view, request, requestEnd) || !browsers(bytes, view, at, end)) return false;
    passed++;
    return true;
  };
}

/** The index of the quote that ends a value without a backslash, or -1. Read four bytes at a time: so many more must be there. */
function endOfQuoted(view: DataView, start: number, end: number): number {
  for (let at = start; at < end; at += 4) {
    const word = view.getInt32(at, true);
    const quotes = zeroByte(word ^ FOUR_QUOTES);
    const marks = quotes | zeroByte(word ^ FOUR_BACKSLASHES);
    if (marks === 0) continue;
    const first = marks & -marks;
    return (quotes & first) === 0 ? -1 : at + ((31 - Math.clz32(first)) >> 3);
  }
  return -1;
}

/** Marks, of four bytes, the first that is 0, and perhaps some behind it; 0 when none is. */
function zeroByte(word: number): number {
  return (word - 0x01010101) & ~word & 0x80808080;
}

/** Remembers parts of lines: true for one that was found dull before. The second time a part is seen it is judged, and kept. */
function createParts(
  isDull: (text: string) => boolean,
): (bytes: Uint8Array, view: DataView, start: number, end: number) => boolean {
  const room = new Uint8Array(ROOM);
  const known = new DataView(room.buffer);
  let used = 0;
  /** Of each slot the hash of its part, where that lies in the room, its length (0: none) and whether it is dull. */
  const hashes = new Int32Array(SLOTS);
  const places = new Int32Array(SLOTS);
  const lengths = new Uint16Array(SLOTS);
  const dull = new Uint8Array(SLOTS);
  /** Hashes of parts that were seen once. */
  const once = new Int32Array(SLOTS);
  /** Where a part with such a sample was found last: nearly always it is there again, and its hash need not be known. */
  const guesses = new Uint16Array(GUESSES);
  let turn = 0;

  function find(bytes: Uint8Array, view: DataView, start: number, end: number): number {
    const length = end - start;
    const hash = hashOf(view, start, end);
    const first = (hash & (SLOTS / WAYS - 1)) * WAYS;
    for (let slot = first; slot < first + WAYS; slot++)
      if (hashes[slot] === hash && lengths[slot] === length && isSame(known, places[slot]!, view, start, length))
        return slot;
    const mark = hash & (SLOTS - 1);
    if (once[mark] !== hash) {
      once[mark] = hash;
      return -1;
    }
    if (used + length > ROOM) {
      lengths.fill(0);
      used = 0;
    }
    turn = (turn + 1) % WAYS;
    const slot = first + turn;
    room.set(bytes.subarray(start, end), used);
    hashes[slot] = hash;
    places[slot] = used;
    lengths[slot] = length;
    dull[slot] = isDull(textOf(room, used, length)) ? 1 : 0;
    used += length;
    return slot;
  }

  return (bytes, view, start, end) => {
    const length = end - start;
    if (length < 8 || length > MAX_PART) return false;
    const sample = sampleOf(view, start, length);
    const guess = guesses[sample]!;
    if (lengths[guess] === length && isSame(known, places[guess]!, view, start, length)) return dull[guess] === 1;
    const slot = find(bytes, view, start, end);
    if (slot < 0) return false;
    guesses[sample] = slot;
    return dull[slot] === 1;
  };
}

/** Of four words of a part of at least eight bytes: less than `GUESSES`. */
function sampleOf(view: DataView, start: number, length: number): number {
  const half = start + (length >> 1);
  let sample = mix(length, view.getInt32(start + (length >> 2), true));
  sample = mix(sample, view.getInt32(half - 2, true));
  sample = mix(sample, view.getInt32(half + (length >> 2) - 2, true));
  return mix(sample, view.getInt32(start + length - 4, true)) & (GUESSES - 1);
}

/**
 * Of all bytes of at least eight, in two sums that do not wait for each other. Without the shift what differs in a word's last byte
 * would stay in the highest bits.
 */
function hashOf(view: DataView, start: number, end: number): number {
  let even = end - start;
  let odd = 0;
  let at = start;
  for (const last = end - 8; at < last; at += 8) {
    even = mix(even, view.getInt32(at, true));
    odd = mix(odd, view.getInt32(at + 4, true));
  }
  even = mix(even, view.getInt32(end - 8, true));
  odd = mix(odd, view.getInt32(end - 4, true));
  return mix(even, odd);
}

function mix(hash: number, word: number): number {
  const product = Math.imul(hash ^ word, FNV_PRIME);
  return product ^ (product >>> 15);
}

/**
 * Whether the same bytes, at least eight, stand at two places. Eight at a time, read as a number: of ASCII none is NaN, and two that
 * are not alike are never equal.
 */
function isSame(one: DataView, from: number, other: DataView, start: number, length: number): boolean {
  const last = length - 8;
  for (let i = 0; i < last; i += 8)
    if (one.getFloat64(from + i, true) !== other.getFloat64(start + i, true)) return false;
  return one.getFloat64(from + last, true) === other.getFloat64(start + last, true);
}

function textOf(bytes: Uint8Array, start: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, length).toString('latin1');
}

/** Whether `24/Nov/2026:08:48:18 +0000]` stands at a place; the minute and the zone are read once. */
function createStampCheck(): (bytes: Uint8Array, view: DataView, at: number) => boolean {
  /** The minute and the zone. */
  const known = new DataView(new ArrayBuffer(MINUTE + ZONE));
  let isKnown = false;
  return (bytes, view, at) => {
    const seconds = at + MINUTE;
    if (bytes[seconds]! < 48 || bytes[seconds]! > 53 || bytes[seconds + 1]! < 48 || bytes[seconds + 1]! > 57)
      return false;
    if (
      isKnown &&
      isSame(known, 0, view, at, MINUTE) &&
      known.getInt32(MINUTE, true) === view.getInt32(seconds + 2, true) &&
      known.getInt32(MINUTE + 3, true) === view.getInt32(seconds + 5, true)
    )
      return true;
    const text = textOf(bytes, at, MINUTE + 2 + ZONE);
    if (!text.endsWith(']') || Number.isNaN(clfTime(text, 0))) return false;
    for (let i = 0; i < MINUTE; i++) known.setUint8(i, bytes[at + i]!);
    for (let i = 0; i < ZONE; i++) known.setUint8(MINUTE + i, bytes[seconds + 2 + i]!);
    isKnown = true;
    return true;
  };
}
