/**
 * What was made of a piece of a line, kept for the next time it comes: sites are asked for the same things by the same programs all
 * day, and attackers ask every site for the same things. Bounded: a newer piece takes the place of an older one.
 */
import { copyText } from '../../kit/text.ts';

/** Pieces that are kept, and how many of them share a place. */
const SLOTS = 4096;
const WAYS = 4;
/** Of a piece so many characters, evenly spread, say where it is kept. */
const SAMPLES = 32;

/** Gives what is made of `text[start, end)`, the same object while it is remembered. */
export type Memo<T> = (text: string, start: number, end: number) => T;

/**
 * A function of a piece of text that remembers pieces up to a length, from the second time on that they come: of what never comes
 * again nothing is kept. `make` is told whether it is; then its text keeps no larger one alive, and what it returns must not be
 * changed.
 */
export function createMemo<T extends object>(longest: number, make: (text: string, kept: boolean) => T): Memo<T> {
  const texts = new Array<string>(SLOTS).fill('');
  const values = new Array<T | null>(SLOTS).fill(null);
  /** Of each place the hash: what differs is as a rule told apart without a look at its text, which lies anywhere in memory. */
  const hashes = new Int32Array(SLOTS);
  /** Hashes of pieces that came once, all of their characters: few that differ are alike in these. */
  const once = new Int32Array(SLOTS);
  let turn = 0;
  return (text, start, end) => {
    const piece = text.slice(start, end);
    const { length } = piece;
    if (length > longest) return make(piece, false);
    const hash = hashOf(text, start, end, 1 + Math.floor(length / SAMPLES));
    const first = (hash & (SLOTS / WAYS - 1)) * WAYS;
    for (let slot = first; slot < first + WAYS; slot++) {
      // Whole texts are compared many characters at a time, which `startsWith` is not. A map would do without the hash, but V8 enters
      // what a map is asked for into its table of all names, which is slower than both.
      if (hashes[slot] !== hash || texts[slot] !== piece) continue;
      const value = values[slot]!;
      if (value !== null) return value;
    }
    const all = hashOf(text, start, end, 1);
    const mark = all & (SLOTS - 1);
    if (once[mark] !== all) {
      once[mark] = all;
      return make(piece, false);
    }
    const own = copyText(piece);
    const value = make(own, true);
    turn = (turn + 1) % WAYS;
    texts[first + turn] = own;
    values[first + turn] = value;
    hashes[first + turn] = hash;
    return value;
  };
}

/** Of every so many characters. */
function hashOf(text: string, start: number, end: number, step: number): number {
  let hash = end - start;
  for (let at = end - 1; at >= start; at -= step) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash ^ (hash >>> 15);
}
