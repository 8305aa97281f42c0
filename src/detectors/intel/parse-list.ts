/** Reads block lists: plain text with comments, or JSON. */
import { fail } from '../../kit/errors.ts';

/** Takes one candidate; false when it is no usable network. */
export type Take = (text: string) => boolean;

/** What became of a list. */
export interface ListReport {
  readonly taken: number;
  readonly refused: number;
  /** The first few refused entries with their line numbers. */
  readonly examples: readonly string[];
}

const EXAMPLES = 3;

/** One network a line; `#`, `;` and `//` begin comments; further columns are ignored. */
export function parsePlain(text: string, take: Take): ListReport {
  let taken = 0;
  let refused = 0;
  const examples: string[] = [];
  let line = 0;
  for (let start = 0; start < text.length; ) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    line++;
    const word = firstWord(text, start, end);
    if (word !== '') {
      if (take(word)) taken++;
      else {
        refused++;
        if (examples.length < EXAMPLES) examples.push(`line ${line}: ${word.slice(0, 60)}`);
      }
    }
    start = end + 1;
  }
  return { taken, refused, examples };
}

function firstWord(text: string, start: number, end: number): string {
  let from = start;
  while (from < end && text.charCodeAt(from) <= 34) from++;
  const first = text.charCodeAt(from);
  if (from >= end || first === 35 || first === 59 || (first === 47 && text.charCodeAt(from + 1) === 47)) return '';
  let to = from;
  for (; to < end; to++) {
    const code = text.charCodeAt(to);
    if (code <= 34 || code === 44 || code === 59 || code === 35) break;
  }
  return text.slice(from, to);
}

/** JSON: the texts at a dotted path (`data[*].ip`, `malicious_ips`); arrays are walked. Throws INTEL_JSON. */
export function parseJson(text: string, path: string, take: Take): ListReport {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    return fail('INTEL_JSON', {
      message: `the feed is no JSON: ${(cause as Error).message}`,
      hint: 'is `format` right?',
      retry: 'soon',
      cause,
    });
  }
  let values: unknown[] = [document];
  for (const key of path
    .replaceAll('[*]', '')
    .split('.')
    .filter((part) => part !== '')) {
    values = values.flat().map((value) => (value as Record<string, unknown> | null)?.[key]);
  }
  const found = values.flat().filter((value) => value !== undefined && value !== null);
  if (found.length === 0)
    fail('INTEL_JSON', {
      message: `the feed has nothing at \`${path}\``,
      hint: 'set `path` to where the addresses are',
    });
  return parsePlain(found.filter((value) => typeof value === 'string').join('\n'), take);
}
