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

/** The fastest test for a pattern. Without `cased` both sides are compared in lower case. */
export function compileText(pattern: Pattern, cased: boolean): TextTest {
  const codes = cased ? pattern : lowerPattern(pattern);
  const test = compileCodes(codes);
  return cased ? test : (value) => test(value.toLowerCase());
}

function compileCodes(codes: Pattern): TextTest {
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

function lowerPattern(pattern: Pattern): Pattern {
  return pattern.flatMap((code) =>
    code < 0 ? [code] : [...String.fromCharCode(code).toLowerCase()].map((ch) => ch.charCodeAt(0)),
  );
}
