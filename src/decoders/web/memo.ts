/**
 * What was made of a piece of a line, kept for the next time it comes: sites are asked for the same things by the same programs all
 * day, and attackers ask every site for the same things. Bounded: what was not asked for lately is forgotten.
 */
import { copyText } from '../../kit/text.ts';

/** Pieces that are kept in the newer half; as many that were used before may be left in the older one. */
const HALF = 2048;
/** Marks of pieces that came once. */
const MARKS = 4096;

/** Gives what is made of `text[start, end)`, the same object while it is remembered. */
export type Memo<T> = (text: string, start: number, end: number) => T;

/**
 * A function of a piece of text that remembers pieces up to a length, from the second time on that they come: of what never comes
 * again nothing is kept. `make` is told whether it is; then its text keeps no larger one alive, and what it returns must not be
 * changed.
 */
export function createMemo<T extends object>(longest: number, make: (text: string, kept: boolean) => T): Memo<T> {
  let newer = new Map<string, T>();
  let older = new Map<string, T>();
  /** Hashes of pieces that came once. */
  const once = new Int32Array(MARKS);

  function keep(own: string, value: T): T {
    if (newer.size >= HALF) {
      older = newer;
      newer = new Map();
    }
    newer.set(own, value);
    return value;
  }

  return (text, start, end) => {
    const piece = text.slice(start, end);
    if (piece.length > longest) return make(piece, false);
    const known = newer.get(piece);
    if (known !== undefined) return known;
    const former = older.get(piece);
    if (former !== undefined) return keep(copyText(piece), former);
    const hash = hashOf(piece);
    const mark = hash & (MARKS - 1);
    if (once[mark] !== hash) {
      once[mark] = hash;
      return make(piece, false);
    }
    const own = copyText(piece);
    return keep(own, make(own, true));
  };
}

function hashOf(text: string): number {
  let hash = text.length;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash ^ (hash >>> 15);
}
