/** Hostile characters of a log line made visible: controls, directions, zero widths. What is shown never acts. */

/** A stretch of text as it is shown. */
export interface Stretch {
  readonly kind: 'plain' | 'escape';
  readonly text: string;
  /** UTF-16 offset in the raw text. */
  readonly start: number;
  readonly end: number;
}

// Cc, Cf (zero widths, bidi), Zl, Zp, lone surrogates, private use, and spaces that look like nothing.
const HOSTILE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Co}\u00a0\u115f\u1160\u3164\uffa0\u2800]/gu;

/** Splits a text into plain stretches and escapes. */
export function stretches(text: string): readonly Stretch[] {
  const parts: Stretch[] = [];
  let from = 0;
  for (const found of text.matchAll(HOSTILE)) {
    if (found.index > from)
      parts.push({ kind: 'plain', text: text.slice(from, found.index), start: from, end: found.index });
    const end = found.index + found[0].length;
    parts.push({ kind: 'escape', text: escapeOf(found[0]), start: found.index, end });
    from = end;
  }
  if (from < text.length) parts.push({ kind: 'plain', text: text.slice(from), start: from, end: text.length });
  return parts;
}

/** The text in one piece with visible escapes. */
export function visible(text: string): string {
  return text.replace(HOSTILE, escapeOf);
}

function escapeOf(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}
