/** Finds which of many literals occur in a text, in one pass: Aho and Corasick, "Efficient string matching" (1975), as a full table. */

/** A search for lower-case literals. ASCII capitals count as small letters; other text must be given in lower case. */
export interface LiteralSearch {
  /** Whether any literal occurs. */
  any(text: string): boolean;
  /** Whether any literal occurs in ASCII bytes. */
  anyIn(bytes: Uint8Array, start: number, end: number): boolean;
  /**
   * Calls back for every occurrence: the literal's index and the index behind its last character. With `asciiOnly` it stops
   * at the first character beyond ASCII and says false.
   */
  each(text: string, found: (literal: number, end: number) => void, asciiOnly: boolean): boolean;
}

interface Automaton {
  /** Class of each ASCII code; 0 for those no literal uses. */
  readonly ascii: Uint8Array;
  readonly wide: ReadonlyMap<number, number>;
  /** (state * width) * 2, and 1 added where the state or a suffix of it ends a literal. */
  readonly next: Int32Array;
  readonly width: number;
  /** Literal that ends in a state, or -1. */
  readonly ends: Int32Array;
  /** The longest proper suffix that ends a literal, or 0. */
  readonly shorter: Int32Array;
}

/** Search for lower-case literals. Throws when one is empty: it would be everywhere. */
export function createLiteralSearch(literals: readonly string[]): LiteralSearch {
  if (literals.includes('')) throw new Error('an empty literal is everywhere');
  const machine = build(literals);
  const { ascii, wide, next, width, ends, shorter } = machine;
  return {
    any(text) {
      let state = 0;
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        const to = next[state + (code < 128 ? ascii[code]! : (wide.get(code) ?? 0))]!;
        if ((to & 1) === 1) return true;
        state = to >> 1;
      }
      return false;
    },
    anyIn(bytes, start, end) {
      let state = 0;
      for (let i = start; i < end; i++) {
        const to = next[state + ascii[bytes[i]! & 127]!]!;
        if ((to & 1) === 1) return true;
        state = to >> 1;
      }
      return false;
    },
    each(text, found, asciiOnly) {
      let state = 0;
      for (let i = 0; i < text.length; i++) {
        const code = text.charCodeAt(i);
        if (code > 127 && asciiOnly) return false;
        const to = next[state + (code < 128 ? ascii[code]! : (wide.get(code) ?? 0))]!;
        state = to >> 1;
        if ((to & 1) === 0) continue;
        for (let at = state / width; at !== 0; at = shorter[at]!) if (ends[at] !== -1) found(ends[at]!, i + 1);
      }
      return true;
    },
  };
}

function build(literals: readonly string[]): Automaton {
  const ascii = new Uint8Array(128);
  const wide = new Map<number, number>();
  let classes = 1;
  for (const literal of literals) {
    for (let i = 0; i < literal.length; i++) {
      const code = literal.charCodeAt(i);
      if (code < 128 ? ascii[code] !== 0 : wide.has(code)) continue;
      if (code < 128) ascii[code] = classes++;
      else wide.set(code, classes++);
    }
  }
  for (let code = 65; code <= 90; code++) ascii[code] = ascii[code + 32]!;
  const width = classes;
  const size = literals.reduce((sum, literal) => sum + literal.length, 1);
  const trie = new Int32Array(size * width);
  const ends = new Int32Array(size).fill(-1);
  let states = 1;
  for (const [index, literal] of literals.entries()) {
    let state = 0;
    for (let i = 0; i < literal.length; i++) {
      const code = literal.charCodeAt(i);
      const at = state * width + (code < 128 ? ascii[code]! : wide.get(code)!);
      if (trie[at] === 0) trie[at] = states++;
      state = trie[at]!;
    }
    ends[state] = index;
  }
  const shorter = new Int32Array(states);
  return { ascii, wide, next: complete(trie, ends, shorter, states, width), width, ends, shorter };
}

/** Turns the trie into a full automaton: missing steps go where the longest proper suffix would go. */
function complete(trie: Int32Array, ends: Int32Array, shorter: Int32Array, states: number, width: number): Int32Array {
  const next = trie.subarray(0, states * width);
  const suffix = new Int32Array(states);
  const queue = new Int32Array(states);
  let length = 0;
  for (let code = 0; code < width; code++) if (next[code] !== 0) queue[length++] = next[code]!;
  for (let head = 0; head < length; head++) {
    const state = queue[head]!;
    const back = suffix[state]!;
    shorter[state] = ends[back] === -1 ? shorter[back]! : back;
    for (let code = 0; code < width; code++) {
      const at = state * width + code;
      const child = next[at]!;
      if (child === 0) {
        next[at] = next[back * width + code]!;
      } else {
        suffix[child] = next[back * width + code]!;
        queue[length++] = child;
      }
    }
  }
  for (let i = 0; i < next.length; i++) {
    const state = next[i]!;
    next[i] = state * width * 2 + (ends[state] !== -1 || shorter[state] !== 0 ? 1 : 0);
  }
  return next;
}
