/** Sigma text values with wildcards as tests in linear time: `*`, `?`, and backslash before either or itself. */

/** Tests one field value that is already text. */
export type TextTest = (value: string) => boolean;

const ONE = -1;
const MANY = -2;

/** A pattern as character codes, with ONE and MANY for the wildcards. */
export type Pattern = readonly number[];

/** Reads wildcards and escapes of a Sigma value. */
export function parsePattern(value: string): Pattern {
  const out: number[] = [];
  for (let i = 0; i < value.length; i++) {
    const ch = value[i]!;
    const next = value[i + 1];
    if (ch === '\\' && (next === '*' || next === '?' || next === '\\')) {
      out.push(value.charCodeAt(++i));
    } else if (ch === '*') {
      if (out.at(-1) !== MANY) out.push(MANY);
    } else {
      out.push(ch === '?' ? ONE : value.charCodeAt(i));
    }
  }
  return out;
}

/** `contains`, `startswith`, `endswith` put a MANY around the pattern. */
export function surround(pattern: Pattern, before: boolean, after: boolean): Pattern {
  const out = [...pattern];
  if (before && out[0] !== MANY) out.unshift(MANY);
  if (after && out.at(-1) !== MANY) out.push(MANY);
  return out;
}

/** The plain text of a pattern without wildcards, or null. */
export function literalOf(pattern: Pattern): string | null {
  return pattern.some((code) => code < 0) ? null : String.fromCharCode(...pattern);
}

/** What a value must hold for a pattern to match, for the index. */
export interface PatternKey {
  readonly kind: 'eq' | 'in' | 'start' | 'end';
  readonly text: string;
}

/** The most telling part of a pattern in lower case; null when it has no letters of its own. */
export function keyOf(pattern: Pattern): PatternKey | null {
  const codes = lowerPattern(pattern);
  const literal = literalOf(codes);
  if (literal !== null) return { kind: 'eq', text: literal };
  let best: PatternKey | null = null;
  for (let at = 0; at < codes.length; ) {
    let end = at;
    while (end < codes.length && codes[end]! >= 0) end++;
    const length = end - at;
    if (length > 0 && length > (best?.text.length ?? 0)) {
      const kind = at === 0 ? 'start' : end === codes.length ? 'end' : 'in';
      best = { kind, text: String.fromCharCode(...codes.slice(at, end)) };
    }
    at = end + 1;
  }
  return best;
}

/** The fastest test for a pattern over text as it stands: give a lowered pattern for lowered text. */
export function compileCodes(codes: Pattern): TextTest {
  const before = codes[0] === MANY;
  const after = codes.at(-1) === MANY && codes.length > (before ? 1 : 0);
  const inner = codes.slice(before ? 1 : 0, after ? -1 : undefined);
  if (inner.every((code) => code >= 0)) {
    const literal = inner.map((code) => String.fromCharCode(code)).join('');
    if (codes.length === 1 && before) return () => true;
    if (before && after) return (value) => value.includes(literal);
    if (before) return (value) => value.endsWith(literal);
    if (after) return (value) => value.startsWith(literal);
    return (value) => value === literal;
  }
  return (value) => globMatches(value, codes);
}

/** Greedy match with one place to fall back to: at most length x pattern steps. */
function globMatches(value: string, codes: Pattern): boolean {
  let v = 0;
  let p = 0;
  let star = -1;
  let mark = 0;
  while (v < value.length) {
    const code = codes[p];
    if (code === MANY) {
      star = p++;
      mark = v;
    } else if (code !== undefined && (code === ONE || code === value.charCodeAt(v))) {
      p++;
      v++;
    } else if (star >= 0) {
      p = star + 1;
      v = ++mark;
    } else {
      return false;
    }
  }
  while (codes[p] === MANY) p++;
  return p === codes.length;
}

/** A pattern in lower case; runs of letters together, as some are written as two codes. */
export function lowerPattern(pattern: Pattern): Pattern {
  const out: number[] = [];
  for (let at = 0; at < pattern.length; ) {
    let end = at;
    while (end < pattern.length && pattern[end]! >= 0) end++;
    const text = String.fromCharCode(...pattern.slice(at, end)).toLowerCase();
    for (let i = 0; i < text.length; i++) out.push(text.charCodeAt(i));
    if (end < pattern.length) out.push(pattern[end]!);
    at = end + 1;
  }
  return out;
}
