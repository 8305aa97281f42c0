/** Reads `name[option=value, other="..."]`, as jails name filters and actions. */
import { fail } from '../../../kit/errors.ts';

/** A name with its options. */
export interface NamedWithOptions {
  readonly name: string;
  readonly options: Map<string, string>;
}

/** Splits one `name[...]`. Throws AppError when the options are not well-formed. */
export function readNamed(text: string): NamedWithOptions {
  const found = /^([^[]+)(?:\[(.*)\])?\s*$/s.exec(text);
  if (found === null)
    return fail('FAIL2BAN_OPTIONS', { message: `not of the form name[option=value]: ${text.slice(0, 80)}` });
  const options = new Map<string, string>();
  let rest = found[2] ?? '';
  while (rest.trim() !== '') {
    const each = /^[\s,]*([\w\-.]+(?:\?[\w\-.]+=[\w\-.]+)?)=(?:"([^"]*)"|'([^']*)'|([^,\]]*))\s*(?:,|\]\s*\[|$)/s.exec(
      rest,
    );
    if (each === null) {
      if (/^[\s,]*$/.test(rest)) break;
      return fail('FAIL2BAN_OPTIONS', { message: `unexpected option syntax: ${rest.trim().slice(0, 80)}` });
    }
    options.set(each[1]!.trim(), (each[2] ?? each[3] ?? each[4] ?? '').trim());
    rest = rest.slice(each[0].length);
  }
  return { name: found[1]!.trim(), options };
}

/** Splits a list of `name[...]` separated by blanks or lines; blanks inside brackets and quotes do not part. */
export function splitNamed(text: string): string[] {
  const out: string[] = [];
  let word = '';
  let quote = '';
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const ch = text[at]!;
    if (quote !== '') {
      if (ch === quote) quote = '';
    } else if (depth > 0 && (ch === '"' || ch === "'")) quote = ch;
    else if (ch === '[') depth++;
    else if (ch === ']') depth = Math.max(0, depth - 1);
    if (/\s/.test(ch) && depth === 0 && quote === '') {
      const next = text.slice(at).trimStart();
      if (next.startsWith('[') && word !== '') continue;
      if (word !== '') out.push(word);
      word = '';
    } else word += ch;
  }
  if (word !== '') out.push(word);
  return out;
}
