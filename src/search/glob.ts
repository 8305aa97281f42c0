/** Wildcards: `*` any stretch, `?` one character, `\` takes the next one as it is. No backtracking beyond the last star. */

/** A pattern in lower case; -1 is `*`, -2 is `?`, else a UTF-16 unit. */
export type Glob = readonly number[];
const STAR = -1;
const ANY = -2;

/** True when a text has a wildcard in it. */
export function hasWildcard(text: string): boolean {
  return /[*?]/.test(text.replace(/\\./g, ''));
}

/** The pattern of a text; `inside` matches anywhere in a longer one. */
export function compileGlob(text: string, inside: boolean): Glob {
  const out: number[] = inside ? [STAR] : [];
  const lower = text.toLowerCase();
  for (let at = 0; at < lower.length; at++) {
    const char = lower[at]!;
    if (char === '*') {
      if (out.at(-1) !== STAR) out.push(STAR);
    } else if (char === '?') out.push(ANY);
    else if (char === '\\' && at + 1 < lower.length) out.push(lower.charCodeAt(++at));
    else out.push(lower.charCodeAt(at));
  }
  if (inside && out.at(-1) !== STAR) out.push(STAR);
  return out;
}

/** Does a text in lower case match, whole? At most length of text times length of pattern steps. */
export function globMatches(glob: Glob, text: string): boolean {
  let t = 0;
  let p = 0;
  let star = -1;
  let from = 0;
  while (t < text.length) {
    const want = glob[p];
    if (want === STAR) {
      star = p++;
      from = t;
    } else if (want !== undefined && (want === ANY || want === text.charCodeAt(t))) {
      p++;
      t++;
    } else if (star >= 0) {
      p = star + 1;
      t = ++from;
    } else return false;
  }
  while (glob[p] === STAR) p++;
  return p === glob.length;
}
