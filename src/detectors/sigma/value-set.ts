/** Different texts and when each was last seen, for windows: flat arrays, found by a number made of the text. */
import { copyText } from '../../kit/text.ts';

/** Up to this many, arrays have exactly the length they need; a pushed array keeps room for seventeen more. */
const EXACT = 4;
/** Characters of a text that its number is made of. */
const SAMPLED = 32;

/** Different texts, in the order they were first seen. */
export class ValueSet {
  private hashes: number[] = [];
  private texts: string[] = [];
  private times: number[] = [];

  get size(): number {
    return this.texts.length;
  }

  /** Its place, or -1. */
  find(text: string): number {
    const hash = hashOf(text);
    let at = this.hashes.indexOf(hash);
    while (at >= 0 && this.texts[at] !== text) at = this.hashes.indexOf(hash, at + 1);
    return at;
  }

  timeAt(at: number): number {
    return this.times[at]!;
  }

  seen(at: number, time: number): void {
    this.times[at] = time;
  }

  /** Adds a text that is not among them; a copy is kept. */
  add(text: string, time: number): void {
    this.hashes = appended(this.hashes, hashOf(text));
    this.texts = appended(this.texts, copyText(text));
    this.times = appended(this.times, time);
  }

  clear(): void {
    this.hashes = [];
    this.texts = [];
    this.times = [];
  }

  /** Drops what was last seen at this time or before; the oldest time of those left. */
  dropOld(oldest: number): number {
    return this.drop(oldest, Number.MAX_SAFE_INTEGER);
  }

  /** Keeps only so many, the newest; of equally old ones the earliest go. The oldest time of those left. */
  keepNewest(count: number): number {
    const excess = this.times.length - count;
    const times = new Float64Array(this.times).sort();
    const last = times[excess - 1]!;
    return this.drop(last, excess - times.indexOf(last));
  }

  /** Pairs of a text and its time. */
  entries(): [string, number][] {
    return this.texts.map((text, at) => [text, this.times[at]!]);
  }

  /** Drops all that are older than a time, and so many of just that time. */
  private drop(oldest: number, ties: number): number {
    const { hashes, texts, times } = this;
    let left = ties;
    let kept = 0;
    let least = Number.MAX_SAFE_INTEGER;
    for (let at = 0; at < times.length; at++) {
      const time = times[at]!;
      if (time < oldest || (time === oldest && left-- > 0)) continue;
      if (time < least) least = time;
      hashes[kept] = hashes[at]!;
      texts[kept] = texts[at]!;
      times[kept++] = time;
    }
    hashes.length = kept;
    texts.length = kept;
    times.length = kept;
    return least;
  }
}

function appended<Item>(items: Item[], item: Item): Item[] {
  if (items.length < EXACT) return [...items, item];
  items.push(item);
  return items;
}

let lastText = '';
let lastHash = 0;

/** FNV-1a over some of the characters: 30 bits, so that V8 keeps it as a small integer and searches many at a time. */
function hashOf(text: string): number {
  if (text === lastText) return lastHash;
  const step = 1 + Math.floor(text.length / SAMPLED);
  let hash = 0x811c9dc5 ^ text.length;
  for (let at = 0; at < text.length; at += step) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  lastText = text;
  lastHash = hash & 0x3fffffff;
  return lastHash;
}
