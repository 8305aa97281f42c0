/**
 * What was made of a text, kept for the next time it comes: sites are asked for the same things by the same programs all day, and
 * attackers ask every site for the same things. Bounded: two generations, the older one goes when the newer is full.
 */
import { copyText } from '../../kit/text.ts';

/** Texts a generation holds, and the longest one that is kept: at most about 5 MB in all when every one is that long. */
const GENERATION = 2048;
const MAX_LENGTH = 320;

/** A function of a text that remembers. `make` is given a text that keeps no larger one alive; what it returns must not be changed. */
export function createMemo<T extends object>(make: (text: string) => T): (text: string) => T {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  return (text) => {
    const known = young.get(text);
    if (known !== undefined) return known;
    if (text.length > MAX_LENGTH) return make(text);
    const own = copyText(text);
    const value = old.get(own) ?? make(own);
    if (young.size >= GENERATION) {
      old = young;
      young = new Map();
    }
    young.set(own, value);
    return value;
  };
}
