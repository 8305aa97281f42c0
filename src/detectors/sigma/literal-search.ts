/** Finds whether any of many literals occurs in a text, in one pass: Aho and Corasick, "Efficient string matching" (1975), as a full table. */

const ALPHABET = 128;

/** Case-insensitive search for any of the given ASCII literals. Null when one of them is empty or not ASCII. */
export function createLiteralSearch(literals: readonly string[]): ((text: string) => boolean) | null {
  const lower = [...new Set(literals.map((literal) => literal.toLowerCase()))];
  if (lower.some((literal) => literal === '' || [...literal].some((ch) => ch.charCodeAt(0) >= ALPHABET))) return null;
  const { next, accepts } = build(lower);
  return (text) => {
    let state = 0;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      state = code < ALPHABET ? next[state * ALPHABET + code]! : 0;
      if (accepts[state] === 1) return true;
    }
    return false;
  };
}

function build(literals: readonly string[]): { next: Int32Array; accepts: Uint8Array } {
  const size = literals.reduce((sum, literal) => sum + literal.length, 1);
  const next = new Int32Array(size * ALPHABET).fill(-1);
  const accepts = new Uint8Array(size);
  let states = 1;
  for (const literal of literals) {
    let state = 0;
    for (let i = 0; i < literal.length; i++) {
      const at = state * ALPHABET + literal.charCodeAt(i);
      if (next[at] === -1) next[at] = states++;
      state = next[at]!;
    }
    accepts[state] = 1;
  }
  complete(next, accepts, states);
  return { next, accepts };
}

/** Turns the trie into a full automaton: missing steps go where the longest proper suffix would go; capitals as small letters. */
function complete(next: Int32Array, accepts: Uint8Array, states: number): void {
  const suffix = new Int32Array(states);
  const queue: number[] = [];
  for (let code = 0; code < ALPHABET; code++) {
    const child = next[code]!;
    if (child > 0) queue.push(child);
    else next[code] = 0;
  }
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head]!;
    const back = suffix[state]!;
    if (accepts[back] === 1) accepts[state] = 1;
    for (let code = 0; code < ALPHABET; code++) {
      const at = state * ALPHABET + code;
      const child = next[at]!;
      if (child === -1) {
        next[at] = next[back * ALPHABET + code]!;
      } else {
        suffix[child] = next[back * ALPHABET + code]!;
        queue.push(child);
      }
    }
  }
  for (let state = 0; state < states; state++) {
    for (let code = 65; code <= 90; code++) next[state * ALPHABET + code] = next[state * ALPHABET + code + 32]!;
  }
}
