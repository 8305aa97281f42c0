/** Scalars of the plain YAML that rule files are written in, on one line each; anything else is left to the full parser. */

/** Thrown where the text uses more of YAML than is read here. */
export class NotPlain extends Error {}

/** A scalar and where it ends. */
export interface Scalar {
  readonly value: string | number | boolean | null;
  readonly end: number;
}

/** Characters that begin something else than a plain scalar. */
const INDICATORS = new Set('[]{},#&*!|>\'"%@`');
const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\', '"': '"', '/': '/', n: '\n', t: '\t', ' ': ' ' };

/** A quoted text that begins here; null when none does. */
export function quotedAt(
  text: string,
  at: number,
  end: number,
): { readonly value: string; readonly end: number } | null {
  if (text[at] === "'") return singleAt(text, at, end);
  return text[at] === '"' ? doubleAt(text, at, end) : null;
}

function singleAt(text: string, at: number, end: number): { value: string; end: number } {
  let value = '';
  for (let from = at + 1; ; ) {
    const quote = text.indexOf("'", from);
    if (quote < 0 || quote >= end) throw new NotPlain();
    value += text.slice(from, quote);
    if (text[quote + 1] !== "'" || quote + 1 >= end) return { value, end: quote + 1 };
    value += "'";
    from = quote + 2;
  }
}

function doubleAt(text: string, at: number, end: number): { value: string; end: number } {
  let value = '';
  for (let i = at + 1; i < end; i++) {
    const ch = text[i]!;
    if (ch === '"') return { value, end: i + 1 };
    if (ch !== '\\') value += ch;
    else {
      const meant = i + 1 < end ? ESCAPES[text[++i]!] : undefined;
      if (meant === undefined) throw new NotPlain();
      value += meant;
    }
  }
  throw new NotPlain();
}

/** Whether only spaces and a comment follow up to the end of the line. */
export function isRest(text: string, at: number, end: number): boolean {
  let i = at;
  while (i < end && text[i] === ' ') i++;
  return i >= end || (text[i] === '#' && i > at);
}

/** Where a plain scalar that begins here ends: before a comment and the spaces around. */
export function plainEnd(text: string, at: number, end: number): number {
  const line = text.slice(at, end);
  const comment = line.indexOf(' #');
  let last = comment >= 0 ? at + comment : end;
  while (last > at && text[last - 1] === ' ') last--;
  return last;
}

/** The value of a scalar that fills the rest of a line. */
export function scalarAt(text: string, at: number, end: number): Scalar['value'] {
  const quoted = quotedAt(text, at, end);
  if (quoted !== null) {
    if (!isRest(text, quoted.end, end)) throw new NotPlain();
    return quoted.value;
  }
  const source = text.slice(at, plainEnd(text, at, end));
  checkPlain(source);
  if (source.includes(': ') || source.endsWith(':')) throw new NotPlain();
  return resolve(source);
}

/** Throws where a text cannot be a plain scalar. */
export function checkPlain(source: string): void {
  const first = source[0];
  if (first === undefined || INDICATORS.has(first)) throw new NotPlain();
  if ((first === '-' || first === '?' || first === ':') && (source.length === 1 || source[1] === ' '))
    throw new NotPlain();
}

/** The core schema of YAML 1.2 (10.3.2), the rarer numbers aside. */
export function resolve(source: string): Scalar['value'] {
  switch (source) {
    case '~':
    case 'null':
    case 'Null':
    case 'NULL':
      return null;
    case 'true':
    case 'True':
    case 'TRUE':
      return true;
    case 'false':
    case 'False':
    case 'FALSE':
      return false;
  }
  const first = source.charCodeAt(0);
  const isNumeric = (first >= 48 && first <= 57) || first === 43 || first === 45 || first === 46;
  if (!isNumeric) return source;
  if (/^[-+]?\d+$/.test(source)) return Number(source);
  if (/^[-+]?(?:\.\d+|\d+\.\d*|(?:\.\d+|\d+(?:\.\d*)?)e[-+]?\d+|0x[\da-f]+|0o[0-7]+|\.inf|\.nan)$/i.test(source))
    throw new NotPlain();
  return source;
}
