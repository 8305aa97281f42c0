/** The length of the shortest text that a regular expression can match, so that shorter values never meet the engine. */
import { afterClass, afterEscape, afterGroup, plainBody } from './regex-literal.ts';

/** In UTF-16 units; 0 where the expression promises nothing. */
export function shortestMatch(source: string): number {
  const body = plainBody(source);
  return body === null ? 0 : shortest(body);
}

function shortest(source: string): number {
  let least = Number.POSITIVE_INFINITY;
  let sum = 0;
  for (let at = 0; at < source.length; ) {
    if (source[at] === '|') {
      least = Math.min(least, sum);
      sum = 0;
      at++;
      continue;
    }
    const { length, end } = pieceAt(source, at);
    const { times, after } = repeatAt(source, end);
    sum += length * times;
    at = after;
  }
  return Math.min(least, sum);
}

/** A character, class, escape or group. */
function pieceAt(source: string, at: number): { readonly length: number; readonly end: number } {
  const ch = source[at]!;
  if (ch === '(') {
    const end = afterGroup(source, at);
    return { length: shortest(source.slice(at + (source.startsWith('(?:', at) ? 3 : 1), end - 1)), end };
  }
  if (ch === '[') return { length: 1, end: afterClass(source, at) };
  if (ch === '\\') return { length: /[bBAzZG]/.test(source[at + 1] ?? 'b') ? 0 : 1, end: afterEscape(source, at) };
  return { length: ch === '^' || ch === '$' || ch === ')' ? 0 : 1, end: at + 1 };
}

/** How often a piece comes at least. */
function repeatAt(source: string, at: number): { readonly times: number; readonly after: number } {
  const found = /^(?:[?*+]|\{(\d+)(?:,\d*)?\})[?+]?/.exec(source.slice(at, at + 16));
  if (found === null) return { times: 1, after: at };
  const times = found[1] === undefined ? (found[0].startsWith('+') ? 1 : 0) : Number(found[1]);
  return { times, after: at + found[0].length };
}
