/** The seam to the engine: a compiled regular expression of Python's dialect over one line of a log. */
import { compile } from './compile.ts';
import { type Required, requiredOf } from './first.ts';
import { createMatcher } from './match.ts';
import { parsePattern } from './parse.ts';

/** A regular expression that is ready to run. The groups of the last match stay until the next call. */
export interface Regex {
  readonly source: string;
  readonly names: ReadonlyMap<string, number>;
  readonly groups: number;
  /** Searches `text[from, to)`; the first match counts. */
  search(text: string, from?: number, to?: number): boolean;
  /** Index of the first unit of a group in the last match, -1 without one. */
  start(group: number): number;
  end(group: number): number;
  /** Text of a group of the last match, or null. */
  group(index: number): string | null;
  /** Texts given up at the step limit. */
  gaveUp(): number;
}

/** Compiles. Throws PatternError for what is wrong or not run. */
export function compileRegex(source: string, multiline = false): Regex {
  const pattern = parsePattern(source, multiline);
  const matcher = createMatcher(compile(pattern));
  const required: Required | null = requiredOf(pattern);
  let text = '';
  const { slots } = matcher;
  return {
    source,
    names: pattern.names,
    groups: pattern.groups,
    search(subject, from, to) {
      text = subject;
      if (required !== null && !holdsOne(subject, required)) return false;
      return matcher.find(subject, from, to);
    },
    start: (group) => slots[group * 2]!,
    end: (group) => slots[group * 2 + 1]!,
    group: (index) => {
      const end = slots[index * 2 + 1]!;
      return end < 0 ? null : text.slice(slots[index * 2]!, end);
    },
    gaveUp: () => matcher.gaveUp,
  };
}

function holdsOne(text: string, wanted: Required): boolean {
  for (let n = 0; n < wanted.length; n++) if (text.includes(wanted[n]!)) return true;
  return false;
}
