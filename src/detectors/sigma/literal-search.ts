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
  let width = 1;
  let size = 1;
  for (const literal of literals) {
    width = addClasses(literal, ascii, wide, width);
    size += literal.length;
  }
  for (let code = 65; code <= 90; code++) ascii[code] = ascii[code + 32]!;
  const trie = {
    classes: new Uint16Array(size),
    child: new Int32Array(size),
    sibling: new Int32Array(size),
    states: 1,
  };
  const ends = new Int32Array(size).fill(-1);
  for (const [index, literal] of literals.entries()) ends[addLiteral(trie, literal, ascii, wide)] = index;
  const shorter = new Int32Array(trie.states);
  return { ascii, wide, next: complete(trie, width, ends, shorter), width, ends, shorter };
}

/** Gives each character of a literal a class; how many there are then. */
function addClasses(literal: string, ascii: Uint8Array, wide: Map<number, number>, before: number): number {
  let classes = before;
  for (let i = 0; i < literal.length; i++) {
    const code = literal.charCodeAt(i);
    if (code < 128 ? ascii[code] !== 0 : wide.has(code)) continue;
    if (code < 128) ascii[code] = classes++;
    else wide.set(code, classes++);
  }
  return classes;
}

/** States by number; 0 is the beginning and, as a child or sibling, none. */
interface Trie {
  /** Class of the character that leads to a state. */
  readonly classes: Uint16Array;
  /** The newest child of a state, and what was its newest before. */
  readonly child: Int32Array;
  readonly sibling: Int32Array;
  states: number;
}

/** The state that the literal ends in. */
function addLiteral(trie: Trie, literal: string, ascii: Uint8Array, wide: ReadonlyMap<number, number>): number {
  const { classes, child, sibling } = trie;
  let state = 0;
  for (let i = 0; i < literal.length; i++) {
    const code = literal.charCodeAt(i);
    const its = code < 128 ? ascii[code]! : wide.get(code)!;
    let next = child[state]!;
    while (next !== 0 && classes[next] !== its) next = sibling[next]!;
    if (next === 0) {
      next = trie.states++;
      classes[next] = its;
      sibling[next] = child[state]!;
      child[state] = next;
    }
    state = next;
  }
  return state;
}

/** Makes a full automaton: a state without a step of its own for a character goes where its longest proper suffix would go. */
function complete(trie: Trie, width: number, ends: Int32Array, shorter: Int32Array): Int32Array {
  const { classes, child, sibling, states } = trie;
  const next = new Int32Array(states * width);
  const suffix = new Int32Array(states);
  const queue = new Int32Array(states);
  for (let head = 0, length = 1; head < length; head++) {
    const state = queue[head]!;
    const row = state * width;
    if (state !== 0) next.copyWithin(row, suffix[state]! * width, (suffix[state]! + 1) * width);
    for (let its = child[state]!; its !== 0; its = sibling[its]!) {
      const at = row + classes[its]!;
      const back = (next[at]! >> 1) / width;
      suffix[its] = back;
      shorter[its] = ends[back] === -1 ? shorter[back]! : back;
      next[at] = its * width * 2 + (ends[its] !== -1 || shorter[its] !== 0 ? 1 : 0);
      queue[length++] = its;
    }
  }
  return next;
}
