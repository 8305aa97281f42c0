/** The seam to the engine: a compiled regular expression of Python's dialect over one line of a log. */
import { compile, type Program } from './compile.ts';
import { type Required, requiredOf } from './first.ts';
import { gateOf } from './gate.ts';
import { createMatcher } from './match.ts';
import { parsePattern } from './parse.ts';
import type { Pattern } from './tree.ts';

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
  /** Small-letter ASCII texts of which a line holds one, also before a date is cut out of it; null when that cannot be told. */
  readonly gate: readonly string[] | null;
  /** Texts given up at the step limit. */
  gaveUp(): number;
}

/** A pattern compiled before: many logs and jails use the same dates. */
interface Compiled {
  readonly pattern: Pattern;
  readonly program: Program;
  readonly required: Required | null;
}

const MAX_COMPILED = 2000;
const compiled = new Map<string, Compiled>();

function compileOnce(source: string, multiline: boolean): Compiled {
  const key = `${multiline} ${source}`;
  let found = compiled.get(key);
  if (found === undefined) {
    const pattern = parsePattern(source, multiline);
    found = { pattern, program: compile(pattern), required: requiredOf(pattern) };
    if (compiled.size < MAX_COMPILED) compiled.set(key, found);
  }
  return found;
}

/** Compiles. Throws PatternError for what is wrong or not run. */
export function compileRegex(source: string, multiline = false): Regex {
  const { pattern, program, required } = compileOnce(source, multiline);
  const matcher = createMatcher(program);
  let text = '';
  const { slots } = matcher;
  return {
    source,
    names: pattern.names,
    groups: pattern.groups,
    get gate() {
      return gateOf(pattern);
    },
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
