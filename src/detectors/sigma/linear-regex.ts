/** Regular expressions of rules on the linear engine: only whether a text matches, so that its automaton of whole states does the work. */
import { RE2JS, RE2Set } from 're2js';

/** Memory for the states of one expression, bytes: hostile texts can make very many, then they begin anew. */
const MAX_STATE_BYTES = 1 << 20;

/** A test that takes time linear in the text. Throws where the expression is wrong or cannot run so. */
export function linearRegex(source: string, flags: number): (text: string) => boolean {
  const expression = RE2JS.translateRegExp(source);
  // Faults are known now; what is only needed for matching is made by the first text.
  RE2JS.compile(expression, flags);
  let set: RE2Set | undefined;
  return (text) => {
    if (set === undefined) {
      set = new RE2Set(RE2Set.UNANCHORED, flags, MAX_STATE_BYTES);
      set.add(expression);
    }
    return set.match(text).length > 0;
  };
}
